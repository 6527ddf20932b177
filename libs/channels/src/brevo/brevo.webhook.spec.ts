import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { WebhookRequest } from '../webhook.parser.js';
import { authorized, OTHER_TOKEN, sample, TOKEN } from './brevo.fixture.js';
import { createBrevoWebhook } from './brevo.webhook.js';

const { parse, verify, verifyHead, answers } = createBrevoWebhook();
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const factOf = (event: object) => {
  const { facts, faults } = parse(bytes(event));
  expect(faults).toEqual([]);
  return facts[0];
};
const base = { 'message-id': '<1.2@smtp-relay.test>', email: 'person@reader.test', ts_epoch: 1_520_363_423_000 };

describe('Brevo’s events become facts', () => {
  const id = '201803011158.9876543210@smtp-relay.mailin.fr';
  const bare = '201798300811.5787683@relay.domain.com';
  const usual = { occurredAt: '2018-03-06T19:10:23.000Z', providerMessageId: id };
  it.each([
    ['request', { ...usual, fact: 'queued', providerMessageId: '201803062010.27287306012@smtp-relay.mailin.fr' }],
    ['delivered', { ...usual, fact: 'delivered' }],
    ['opened', { ...usual, fact: 'opened' }],
    ['unique_opened', { ...usual, fact: 'opened' }],
    ['proxy_open', { fact: 'opened', machine: true, occurredAt: '2018-08-17T06:18:02.000Z', providerMessageId: bare }],
    ['click', { ...usual, fact: 'clicked' }],
    ['soft_bounce', { ...usual, fact: 'bounced', subtype: 'soft' }],
    ['hard_bounce', { ...usual, fact: 'bounced', subtype: 'hard', code: 'smtp_5_5_0' }],
    ['invalid_email', { ...usual, fact: 'bounced', subtype: 'hard', code: 'invalid_address' }],
    ['deferred', { ...usual, fact: 'deferred', code: 'smtp_5_1_1' }],
    ['blocked', { ...usual, fact: 'dropped', code: 'blocklisted_address' }],
    ['error', { fact: 'failed', occurredAt: '2020-11-09T14:53:43.000Z', providerMessageId: bare }],
    ['complaint', { fact: 'complained', occurredAt: '2020-11-09T14:54:14.000Z', providerMessageId: bare }],
    ['unsubscribe', { ...usual, fact: 'unsubscribed' }],
  ])('the documented %s', (name, expected) => {
    const { facts, faults } = parse(bytes(sample(name).body));
    expect(faults).toEqual([]);
    expect(facts).toEqual([
      {
        ...expected,
        providerEventId: expect.stringMatching(/^digest-[0-9a-f]{64}$/),
        payloadDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('names our delivery, attempt and tenant out of X-Mailin-custom', () => {
    const custom = JSON.stringify({ op_delivery_id: 'o1.1', op_attempt: '2', op_tenant_id: 't1' });
    const named = { deliveryId: 'o1.1', attempt: 2, tenantId: 't1' };
    expect(factOf({ ...base, event: 'delivered', 'X-Mailin-custom': custom })).toMatchObject(named);
    for (const other of ['not json', '[]', 7, null])
      expect(factOf({ ...base, event: 'delivered', 'X-Mailin-custom': other })).not.toHaveProperty('deliveryId');
  });

  it('finds the same message with and without <>', () => {
    const without = { ...base, 'message-id': '1.2@smtp-relay.test', event: 'delivered' };
    expect(factOf(without)?.providerMessageId).toBe('1.2@smtp-relay.test');
    expect(factOf(without)?.providerEventId).toBe(factOf({ ...base, event: 'delivered' })?.providerEventId);
  });

  it.each([
    [{ ts_epoch: 1_520_363_423_000, ts: 1 }, '2018-03-06T19:10:23.000Z'],
    [{ ts_epoch: 1_604_933_623 }, '2020-11-09T14:53:43.000Z'],
    [{ s_epoch: '1534486682000' }, '2018-08-17T06:18:02.000Z'],
    [{ ts_event: 1_604_933_654, ts: 1_604_933_619 }, '2020-11-09T14:54:14.000Z'],
    [{ date: '2020-10-09 00:00:00' }, '2020-10-09T00:00:00.000Z'],
  ])('takes the surest time there is in %j', (times, occurredAt) => {
    expect(factOf({ event: 'delivered', email: 'p@x.test', ...times })?.occurredAt).toBe(occurredAt);
  });

  it('tells events apart that have no id, and their repeats not', () => {
    const click = { ...base, event: 'click', link: 'https://x.test/a' };
    expect(factOf({ ...click })?.providerEventId).toBe(factOf(click)?.providerEventId);
    for (const other of [{ link: 'https://x.test/b' }, { ts_epoch: base.ts_epoch + 1 }, { email: 'o@x.test' }])
      expect(factOf({ ...click, ...other })?.providerEventId).not.toBe(factOf(click)?.providerEventId);
  });

  it.each([
    ['blocked : due to unsubscribed user', 'unsubscribed_address'],
    ['blocked : hard bounce', 'bounced_address'],
    ['blocked : spam', 'spam_reporting_address'],
    [undefined, 'unstated'],
  ])('was never sent when blocked for %j', (reason, code) => {
    expect(factOf({ ...base, event: 'blocked', reason })).toMatchObject({ fact: 'dropped', code });
  });

  it('keeps events it does not know, hears a reply, and reads a batch', () => {
    expect(factOf({ ...base, event: 'list_addition' })).toMatchObject({ fact: 'other', unknownEvent: 'list_addition' });
    expect(factOf({ ...base, event: 'reply' })).toMatchObject({ fact: 'replied' });
    const batch = [{ ...base, event: 'delivered' }, 'text', { ...base }, { event: 'click' }];
    expect(parse(bytes(batch))).toMatchObject({
      facts: [{ fact: 'delivered' }],
      faults: [
        { index: 1, code: 'not_an_object' },
        { index: 2, code: 'event_name_missing' },
        { index: 3, code: 'timestamp_unreadable' },
      ],
    });
    expect(parse(Buffer.from('{'))).toEqual({ facts: [], faults: [{ index: -1, code: 'not_json', raw: '{' }] });
  });

  it('carries nothing of the person, in any field', () => {
    const canary = 'person@reader.test';
    const soiled = { email: canary, reason: canary, link: canary, subject: canary, tag: canary, id: canary };
    const custom = JSON.stringify({ op_delivery_id: canary, op_attempt: canary, op_tenant_id: canary });
    const names = ['request', 'deferred', 'hard_bounce', 'blocked', 'click', 'error', canary];
    const batch = names.map((event) => ({ ts_epoch: base.ts_epoch, ...soiled, 'X-Mailin-custom': custom, event }));
    const { facts } = parse(bytes(batch));
    expect(facts).toHaveLength(names.length);
    expect(JSON.stringify(facts)).not.toContain('reader.test');
  });
});

describe('mail to us, by Brevo', () => {
  const item = (sample('inbound').body as { items: Record<string, unknown>[] }).items[0] ?? {};

  it('is who wrote, to whom, and what without what is quoted', () => {
    expect(parse(bytes({ items: [item] }))).toEqual({
      facts: [],
      faults: [],
      inbound: [
        {
          kind: 'message',
          provider: 'brevo',
          channel: 'email',
          providerEventId: 'inbound-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
          occurredAt: '2023-07-17T18:11:22.000Z',
          from: 'from@example.com',
          to: 'test@anymail.dev',
          subject: 'Testing Brevo inbound',
          text: 'This is a test message.  \n',
          payloadDigest: expect.any(String),
        },
      ],
    });
  });

  it('names what it answers, tells machines, and lets good mails pass beside bad ones', () => {
    const reply = { ...item, InReplyTo: '<1.2@smtp-relay.test>', Headers: { 'Auto-Submitted': 'auto-replied' } };
    expect(parse(bytes({ items: [reply, 7, { ...item, From: null }] }))).toMatchObject({
      inbound: [{ inReplyTo: '1.2@smtp-relay.test', automatic: true }],
      faults: [
        { index: 1, code: 'not_an_object' },
        { index: 2, code: 'address_unreadable' },
      ],
    });
  });
});

interface VectorCase {
  readonly name: string;
  readonly configured_token: string;
  readonly request_header: string | null;
  readonly expected: boolean;
}
const vectors = JSON.parse(
  readFileSync(new URL('../../samples/brevo/authorization-vectors.json', import.meta.url), 'utf8'),
) as { cases: VectorCase[] };
const RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 1_000;

describe('who may call as Brevo', () => {
  it.each(vectors.cases.map((c) => [c.name, c] as const))('agrees with the vector %s', (_name, c) => {
    const authorization = c.request_header?.replace(/^Authorization: /, '');
    const request = { ...authorized({}), headers: { authorization }, keys: [c.configured_token] };
    expect(verify(request).kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('is who shows the token, in one header, whatever else is said', () => {
    const valid = authorized(sample('delivered').body);
    const reasonOf = (headers: WebhookRequest['headers'], keys: readonly string[] = [TOKEN]) => {
      const verdict = verify({ ...valid, headers, keys });
      return verdict.kind === 'invalid' ? verdict.reason : 'valid';
    };
    expect(reasonOf({ authorization: `bearer ${TOKEN}` })).toBe('valid');
    expect(reasonOf({ authorization: [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`] })).toBe('authorization_missing');
    expect(reasonOf({ authorization: `Basic ${TOKEN}` })).toBe('authorization_missing');
    expect(reasonOf({ authorization: `Bearer ${TOKEN} more` })).toBe('authorization_missing');
    expect(reasonOf({ authorization: 'Bearer ' }, [''])).toBe('authorization_missing');
    expect(reasonOf({ authorization: `Bearer ${TOKEN}` }, [''])).toBe('no_usable_key');
    expect(reasonOf({ authorization: `Bearer ${TOKEN}` }, [OTHER_TOKEN, TOKEN])).toBe('valid');
    expect(verifyHead({ headers: {}, now: 0 })).toMatchObject({ kind: 'invalid' });
    expect(answers).toEqual({ forged: 401, notStored: 429 });
  });

  it(`accepts no other token and refuses the right one in no mutation of ${RUNS}`, () => {
    const kind = fc.constantFrom('token', 'shorter', 'longer', 'rotated-out', 'missing', 'case', 'rotated', 'body');
    fc.assert(
      fc.property(kind, fc.nat(), fc.json(), (what, n, body) => {
        const request = mutated(what, n, body);
        const harmless = ['case', 'rotated', 'body'].includes(what);
        expect([what, verify(request).kind]).toEqual([what, harmless ? 'valid' : 'invalid']);
        expect(parse(request.rawBody).facts.length).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: RUNS },
    );
  });
});

function mutated(kind: string, n: number, body: string): WebhookRequest {
  const valid = authorized(sample('delivered').body);
  const by = (token: string) => ({ ...valid, headers: { authorization: `Bearer ${token}` } });
  const at = n % TOKEN.length;
  switch (kind) {
    case 'token':
      return by(TOKEN.slice(0, at) + String.fromCharCode(TOKEN.charCodeAt(at) ^ (1 << (n % 5))) + TOKEN.slice(at + 1));
    case 'shorter':
      return by(TOKEN.slice(0, at));
    case 'longer':
      return by(TOKEN + TOKEN.charAt(at));
    case 'rotated-out':
      return { ...valid, keys: [OTHER_TOKEN] };
    case 'missing':
      return { ...valid, headers: {} };
    case 'case':
      return { ...valid, headers: { [n % 2 === 0 ? 'AUTHORIZATION' : 'authorization']: `Bearer ${TOKEN}` } };
    case 'rotated':
      return { ...valid, keys: [OTHER_TOKEN, TOKEN] };
    default:
      // Nothing vouches for a body but who brings it.
      return { ...valid, rawBody: Buffer.from(body) };
  }
}
