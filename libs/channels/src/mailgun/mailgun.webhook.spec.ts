import { describe, expect, it } from '@jest/globals';
import { sample, signed, signedForm } from './mailgun.fixture.js';
import { meaningOf } from './mailgun.facts.js';
import { createMailgunWebhook } from './mailgun.webhook.js';

const { parse, answers } = createMailgunWebhook();
const at = 1_534_108_637;
const bytes = (event: object) => signed(event, at).rawBody;
const parsed = (event: object) => parse(bytes(event));
const factOf = (event: object) => {
  const { facts, faults } = parsed(event);
  expect(faults).toEqual([]);
  return facts[0];
};
const base = { timestamp: at, id: 'e1', recipient: 'person@reader.test' };
const failure = (severity: string, reason: string, code?: number, message = '') => ({
  ...base,
  event: 'failed',
  severity,
  reason,
  'delivery-status': { code, message },
});

describe('Mailgun’s events become facts', () => {
  it.each([
    [
      'accepted',
      {
        fact: 'queued',
        occurredAt: '2015-01-03T03:23:12.850Z',
        providerMessageId: '20150103032312.125890.23497@example.com',
      },
    ],
    [
      'delivered',
      {
        fact: 'delivered',
        occurredAt: '2018-08-12T21:17:17.153Z',
        providerMessageId: '20180812211713.1.DF5966851B4BAA99@example.org',
      },
    ],
    ['opened', { fact: 'opened', providerMessageId: '20180812213139.1.BC6694A917BB7E6A@example.org' }],
    ['clicked', { fact: 'clicked' }],
    ['complained', { fact: 'complained', providerEventId: 'ncV2XwymRUKbPek_MIM-Gw' }],
    ['unsubscribed', { fact: 'unsubscribed', providerEventId: 'W3X4JOhFT-OZidZGKKr9iA' }],
    ['failed-permanent', { fact: 'bounced', subtype: 'hard', code: 'smtp_5_1_1' }],
    ['failed-temporary', { fact: 'deferred', code: 'smtp_498' }],
    ['failed-greylisted', { fact: 'deferred', code: 'greylisted' }],
    ['rejected', { fact: 'failed', code: 'rejected' }],
  ])('the documented %s', (name, expected) => {
    const { body } = sample(name);
    const { facts, faults } = parse(Buffer.from(JSON.stringify(body)));
    expect(faults).toEqual([]);
    expect(facts).toEqual([expect.objectContaining(expected)]);
    expect(facts[0]).not.toHaveProperty('machine');
    expect(facts[0]?.payloadDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['suppress-bounce', { fact: 'dropped', code: 'bounced_address' }],
    ['suppress-complaint', { fact: 'dropped', code: 'spam_reporting_address' }],
    ['suppress-unsubscribe', { fact: 'dropped', code: 'unsubscribed_address' }],
    ['old', { fact: 'bounced', subtype: 'soft', code: 'too_old' }],
    ['espblock', { fact: 'bounced', subtype: 'soft', code: 'esp_block' }],
    ['blacklisted', { fact: 'bounced', subtype: 'soft', code: 'blacklisted' }],
    ['hardfail', { fact: 'bounced', subtype: 'hard', code: 'smtp_550' }],
    ['generic', { fact: 'bounced', subtype: 'hard', code: 'smtp_550' }],
  ])('a permanent failure for %s: what was held back was never sent', (reason, expected) => {
    expect(factOf(failure('permanent', reason, 550))).toMatchObject(expected);
  });

  it.each([498, 605, undefined])('gives up an address only on the other side’s own 5xx, not on %s', (code) => {
    expect(factOf(failure('permanent', 'bounce', code))).toMatchObject({ fact: 'bounced', subtype: 'soft' });
  });

  it('names our delivery, attempt and tenant out of the user variables', () => {
    const ours = { op_delivery_id: 'o1.1', op_attempt: '2', op_tenant_id: 't1' };
    const named = { deliveryId: 'o1.1', attempt: 2, tenantId: 't1' };
    expect(factOf({ ...base, event: 'delivered', 'user-variables': ours })).toMatchObject(named);
  });

  it('reads user variables that come as a sentence as none', () => {
    const sentence = 'Could not load user-variables. They were either truncated or invalid JSON';
    const fact = factOf({
      ...base,
      event: 'delivered',
      'user-variables': sentence,
      message: { headers: { 'message-id': 'a@b.test' } },
    });
    expect(fact).toMatchObject({ fact: 'delivered', providerMessageId: 'a@b.test' });
    expect(fact).not.toHaveProperty('deliveryId');
  });

  it.each([
    [{ 'client-type': 'robot' }, true],
    [{ 'client-type': 'library' }, true],
    [{ 'client-type': 'browser', bot: 'apple' }, true],
    [{ 'client-type': 'browser', bot: '' }, undefined],
    [{ 'client-type': 'mobile browser' }, undefined],
    [undefined, undefined],
  ])('an open or click by %j was made by a machine: %s', (client, machine) => {
    for (const event of ['opened', 'clicked'])
      expect(factOf({ ...base, event, 'client-info': client })?.machine).toBe(machine);
  });

  it('keeps events it does not know, and nothing that is said in their names', () => {
    expect(factOf({ ...base, event: 'stored' })).toMatchObject({ fact: 'other', unknownEvent: 'stored' });
    expect(factOf({ ...base, event: 'To: person@reader.test' })).toMatchObject({ unknownEvent: 'unnamed' });
  });

  it('gives an event without an id one that its repeats share, whatever token they come under', () => {
    const event = { event: 'clicked', timestamp: at, recipient: 'person@reader.test' };
    const again = parse(signed(event, at + 600, 'another-token').rawBody).facts[0];
    expect(factOf(event)?.providerEventId).toMatch(/^digest-[0-9a-f]{64}$/);
    expect(again?.providerEventId).toBe(factOf(event)?.providerEventId);
    expect(factOf({ ...event, recipient: 'other@reader.test' })?.providerEventId).not.toBe(again?.providerEventId);
  });

  it.each([
    ['', 'not_a_json_object'],
    ['[]', 'not_a_json_object'],
    ['{}', 'event_data_missing'],
    ['{"event-data":[]}', 'event_data_missing'],
    ['{"event-data":{"timestamp":1534108637}}', 'event_name_missing'],
    ['{"event-data":{"event":"opened","timestamp":"soon"}}', 'timestamp_unreadable'],
  ])('says what is wrong with %j', (raw, code) => {
    expect(parse(Buffer.from(raw))).toEqual({ facts: [], faults: [{ index: -1, code, raw }] });
  });

  it('carries nothing of the person, in any field', () => {
    const canary = 'person@reader.test';
    const names = ['accepted', 'delivered', 'opened', 'failed', 'rejected', 'complained', canary];
    const soiled = {
      ...{ recipient: canary, reason: canary, severity: canary, url: canary, ip: canary, tags: [canary], id: canary },
      'delivery-status': { code: canary, message: canary, description: canary },
      'user-variables': { op_delivery_id: canary, op_attempt: canary, op_tenant_id: canary },
      'client-info': { 'client-type': canary, 'user-agent': canary },
    };
    const facts = names.flatMap((event) => parsed({ ...soiled, event, timestamp: at }).facts);
    expect(facts).toHaveLength(names.length);
    expect(JSON.stringify(facts)).not.toContain('reader.test');
  });

  it('is stopped by 406 alone, and comes again on 503', () => {
    expect(answers).toEqual({ forged: 406, notStored: 503 });
  });
});

describe('mail to us, by a route of Mailgun', () => {
  const documented = sample<Record<string, string>>('inbound-route').body;
  const read = (changes: Readonly<Record<string, string>> = {}) => {
    const { rawBody, headers } = signedForm({ ...documented, ...changes }, at);
    return parse(rawBody, { headers });
  };

  it('is who wrote, to whom, and what without what is quoted', () => {
    expect(read()).toEqual({
      facts: [],
      faults: [],
      inbound: [
        {
          kind: 'message',
          provider: 'mailgun',
          authentic: true,
          channel: 'email',
          providerEventId: expect.stringMatching(/^inbound-[0-9a-f]{64}$/),
          occurredAt: '2018-08-12T21:17:17.000Z',
          from: 'from+test@example.org',
          to: 'test@inbound.example.com',
          subject: 'Test subject',
          text: 'stripped plaintext body',
          payloadDigest: expect.any(String),
        },
      ],
    });
  });

  it('names the message of ours that it answers', () => {
    const headers = JSON.stringify([
      ['From', 'from@example.org'],
      ['In-Reply-To', '<20240101.abc@mg.x.test>'],
    ]);
    expect(read({ 'message-headers': headers }).inbound?.[0]).toMatchObject({
      inReplyTo: '20240101.abc@mg.x.test',
      from: 'from@example.org',
    });
  });

  it.each([
    [['Auto-Submitted', 'auto-replied']],
    [['Precedence', 'bulk']],
    [['X-Autoreply', 'yes']],
    [['Content-Type', 'multipart/report; report-type=delivery-status']],
  ])('with %j was written by a machine', (header) => {
    const headers = JSON.stringify([['From', 'from@example.org'], header]);
    expect(read({ 'message-headers': headers }).inbound?.[0]?.automatic).toBe(true);
    expect(read({ 'message-headers': JSON.stringify([['Auto-Submitted', 'no']]) }).inbound?.[0]).not.toHaveProperty(
      'automatic',
    );
  });

  it('is read from a multipart form too, its files left alone', () => {
    const border = 'xYzZY';
    const parts = Object.entries(documented).map(
      ([name, value]) => `--${border}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const file = `--${border}\r\nContent-Disposition: form-data; name="attachment-1"; filename="a.bin"\r\n\r\n\x00--x\r\n`;
    const headers = { 'content-type': `multipart/form-data; boundary=${border}` };
    const rawBody = Buffer.from(`${parts.join('')}${file}--${border}--\r\n`);
    expect(parse(rawBody, { headers }).inbound?.[0]).toMatchObject({ text: 'stripped plaintext body' });
    expect(parse(rawBody.subarray(0, -10), { headers }).faults[0]?.code).toBe('not_a_json_object');
  });

  it('without anybody who wrote it is a fault', () => {
    expect(read({ 'message-headers': '[]', sender: 'nobody', from: '' }).faults[0]?.code).toBe('address_unreadable');
  });
});

describe('a reason that every object of the language has by that name', () => {
  it('is no word of ours: the mail bounced', () => {
    expect(meaningOf({ event: 'failed', severity: 'permanent', reason: 'constructor' })).toEqual({
      fact: 'bounced',
      subtype: 'soft',
    });
  });
});
