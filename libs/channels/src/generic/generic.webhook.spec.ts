import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import type { WebhookRequest } from '../webhook.parser.js';
import { FORGED, HARMLESS, isHarmless, mutate, mutationRuns } from '../webhook-mutations.fixture.js';
import { OTHER_SECRET, samples, SECRET, signed, vectors } from './generic.fixture.js';
import { createGenericWebhook, type GenericWebhookWord } from './generic.webhook.js';

const parser = createGenericWebhook('email-delivery');
const HEADER = 'webhook-signature';
const at = 1_790_000_000;
const valid = signed(samples[0]?.body ?? {});
const reasonOf = (changes: Partial<WebhookRequest>) => {
  const verdict = parser.verify({ ...valid, ...changes });
  return verdict.kind === 'invalid' ? verdict.reason : 'valid';
};

describe('the signature of generic webhooks', () => {
  it.each(vectors.cases.map((c) => [c.name, c] as const))('agrees with the vector: %s', (_name, c) => {
    const headers = {
      'webhook-id': c.id,
      'webhook-timestamp': String(c.timestamp),
      'webhook-signature': c.signature,
    };
    const rawBody = Buffer.from(c.payload);
    const verdict = parser.verify({ headers, rawBody, keys: [c.secret], now: c.timestamp * 1_000 });
    expect(verdict.kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('agrees with the official library', () => {
    fc.assert(
      fc.property(fc.json(), fc.stringMatching(/^[\w-]{1,40}$/), (body, id) => {
        const signature = new Webhook(SECRET).sign(id, new Date(at * 1_000), body);
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(at),
          'webhook-signature': `v1a,AAAA v2,x ${signature}`,
        };
        expect(parser.verify({ ...valid, headers, rawBody: Buffer.from(body) }).kind).toBe('valid');
      }),
    );
  });

  it('believes nothing older or newer than five minutes, unless it is told to', () => {
    const later = (seconds: number) => ({ now: (at + seconds) * 1_000 });
    expect([299, 301, -299, -301].map((seconds) => reasonOf(later(seconds)))).toEqual([
      'valid',
      'timestamp_out_of_tolerance',
      'valid',
      'timestamp_out_of_tolerance',
    ]);
    const patient = createGenericWebhook('email-status', { toleranceSeconds: 3_600 });
    expect(patient.verify({ ...valid, ...later(3_000) }).kind).toBe('valid');
    expect(parser.verifyHead({ ...valid, ...later(301) })).toMatchObject({ kind: 'invalid' });
  });

  it.each([
    ['an id with a dot, which would move the border to the timestamp', { 'webhook-id': 'msg.1' }, 'id_malformed'],
    ['a timestamp with something after it', { 'webhook-timestamp': `${at}abc` }, 'timestamp_malformed'],
    ['a timestamp in milliseconds', { 'webhook-timestamp': `${at}000` }, 'timestamp_malformed'],
    ['no signature of version 1', { 'webhook-signature': 'v1a,AAAA v2,AAAA' }, 'signature_malformed'],
    ['another id', { 'webhook-id': 'msg_2' }, 'signature_mismatch'],
    ['another second', { 'webhook-timestamp': String(at + 1) }, 'signature_mismatch'],
  ])('refuses %s', (_name, headers, reason) => {
    expect(reasonOf({ headers: { ...(valid.headers as Record<string, string>), ...headers } })).toBe(reason);
  });

  it('accepts nothing forged and refuses nothing valid, whatever is done to a request', () => {
    const seen = new Set<string>();
    const kinds = fc.constantFrom(...HARMLESS, ...FORGED, 'stale' as const);
    fc.assert(
      fc.property(fc.object(), kinds, fc.nat(), (body, kind, n) => {
        seen.add(kind);
        const request = signed({ ...body });
        const mutated =
          kind === 'stale'
            ? { ...request, now: (at + 301 + (n % 100_000)) * 1_000 }
            : mutate(request, kind, { n, header: HEADER, otherKey: OTHER_SECRET });
        expect(parser.verify(mutated).kind).toBe(isHarmless(kind) ? 'valid' : 'invalid');
      }),
      { numRuns: mutationRuns() },
    );
    expect(seen.size).toBe(HARMLESS.length + FORGED.length + 1);
  });
});

describe('what generic providers tell', () => {
  const parse = (path: string, body: object) =>
    createGenericWebhook(path as GenericWebhookWord).parse(Buffer.from(JSON.stringify(body)), {
      headers: { 'Webhook-Id': 'msg_7' },
    });

  it.each(samples.map((each) => [`${each.path}: ${JSON.stringify(each.body)}`, each] as const))('%s', (_name, each) => {
    const { facts, faults } = parse(each.path, each.body);
    expect(faults).toEqual([]);
    const named = each.body['campaign_metadata'] ? { tenantId: 'tenant-1' } : {};
    expect(facts).toMatchObject([
      { fact: each.fact, providerEventId: 'msg_7', providerMessageId: each.body['message_id'], ...named },
    ]);
  });

  it('tells hard bounces from soft ones, and keeps codes instead of sentences', () => {
    const bounce = (fields: object) =>
      parse('email-delivery', { message_id: 'm', event: 'bounced', timestamp: at, ...fields }).facts[0];
    expect(bounce({ reason: '550 5.1.1 no such mailbox' })).toMatchObject({ subtype: 'hard', code: 'smtp_5_1_1' });
    expect(bounce({ bounce_reason: '452 4.2.2 full' })).toMatchObject({ subtype: 'soft', code: 'smtp_4_2_2' });
    expect(bounce({ bounce_type: 'soft', reason: 'Mailbox full' })).toMatchObject({
      subtype: 'soft',
      code: 'mailbox_full',
    });
    expect(bounce({ reason: 'person@reader.test is gone' })).toMatchObject({ subtype: 'hard', code: 'unstated' });
  });

  it('says whose a fact of the two-channel route is: by our metadata, by its own word, by what only WhatsApp knows', () => {
    const whose = (fields: object) =>
      parse('sms-whatsapp-delivery', { message_id: 'm', status: 'delivered', timestamp: at, ...fields }).facts[0]
        ?.provider;
    expect(whose({})).toBe('generic_sms');
    expect(whose({ channel: 'whatsapp' })).toBe('generic_whatsapp');
    expect(whose({ channel: 'sms', campaign_metadata: { channel: 'whatsapp' } })).toBe('generic_whatsapp');
    expect(whose({ status: 'read' })).toBe('generic_whatsapp');
  });

  it('hands on what people write', () => {
    const body = {
      event: 'received',
      timestamp: at,
      from: 'Person@Reader.test',
      to: 'desk@sender.test',
      text: 'Yes',
      in_reply_to: 'm-1',
    };
    expect(parse('email-delivery', body).inbound).toMatchObject([
      { provider: 'generic_email', channel: 'email', from: 'person@reader.test', text: 'Yes', inReplyTo: 'm-1' },
    ]);
    expect(parse('email-delivery', { ...body, from: undefined }).faults).toMatchObject([{ code: 'address_missing' }]);
  });

  it('keeps a word it does not know, and calls what says nothing a fault', () => {
    expect(parse('email-status', { status: 'teleported', timestamp: at }).facts).toMatchObject([
      { fact: 'other', unknownEvent: 'teleported' },
    ]);
    expect(parse('email-status', { status: 'constructor', timestamp: at }).facts).toMatchObject([
      { fact: 'other', unknownEvent: 'constructor' },
    ]);
    expect(parse('email-status', { timestamp: at }).faults).toMatchObject([{ code: 'event_name_missing' }]);
    expect(parse('email-status', { status: 'sent', timestamp: 'yesterday' }).faults).toMatchObject([
      { code: 'timestamp_unreadable' },
    ]);
  });
});
