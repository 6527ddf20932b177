import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { sample, wire } from './sendgrid.fixture.js';
import { createSendgridWebhook } from './sendgrid.webhook.js';

const { parse } = createSendgridWebhook();
const ours = { op_delivery_id: 'o1.1', op_attempt: '2', op_tenant_id: 't1' };
const base = { timestamp: 1_790_000_000, sg_event_id: 'e1', email: 'person@reader.test' };
const factOf = (event: object) => {
  const { facts, faults } = parse(wire([event]));
  expect(faults).toEqual([]);
  return facts[0];
};

describe('SendGrid’s events become facts', () => {
  it.each([
    ['processed', { fact: 'sent' }],
    ['deferred', { fact: 'deferred', code: 'smtp_400' }],
    ['delivered', { fact: 'delivered' }],
    ['bounce', { fact: 'bounced', subtype: 'hard', code: 'smtp_5_0_0' }],
    ['blocked', { fact: 'bounced', subtype: 'soft', code: 'smtp_5_0_0' }],
    ['dropped', { fact: 'dropped', code: 'bounced_address' }],
    ['open', { fact: 'opened' }],
    ['click', { fact: 'clicked' }],
    ['spamreport', { fact: 'complained' }],
    ['unsubscribe', { fact: 'unsubscribed' }],
    ['group_unsubscribe', { fact: 'unsubscribed', code: 'group_10' }],
    ['group_resubscribe', { fact: 'resubscribed', code: 'group_10' }],
  ])('the documented %s', (name, expected) => {
    const body = sample(name).body;
    expect(parse(wire(body)).facts).toEqual([
      {
        ...expected,
        occurredAt: '2017-12-15T00:59:29.000Z',
        providerEventId: body[0]?.['sg_event_id'],
        providerMessageId: '14c5d75ce93.dfd.64b469',
        payloadDigest: createHash('sha256').update(JSON.stringify(body[0])).digest('hex'),
      },
    ]);
  });

  it('the documented batch, in order, and the signed sample with a current message id', () => {
    const kinds = parse(wire(sample('batch-all').body)).facts.map((fact) => fact.fact);
    expect(kinds.slice(0, 6)).toEqual(['sent', 'dropped', 'delivered', 'deferred', 'bounced', 'bounced']);
    expect(kinds).toHaveLength(12);
    expect(parse(wire(sample('signed-dropped').body)).facts[0]).toMatchObject({
      fact: 'dropped',
      occurredAt: '2020-09-14T19:41:32.000Z',
      providerMessageId: 'LRzXl_NHStOGhQ4kofSm_A',
    });
  });

  it('names our delivery, attempt and tenant', () => {
    const named = { deliveryId: 'o1.1', attempt: 2, tenantId: 't1' };
    expect(factOf({ ...base, ...ours, event: 'delivered' })).toMatchObject(named);
    expect(factOf({ ...base, ...ours, op_attempt: 2, event: 'delivered' })).toMatchObject(named);
  });

  it('an asynchronous bounce names no message and still finds its delivery', () => {
    const fact = factOf({
      ...base,
      ...ours,
      event: 'bounce',
      type: 'bounce',
      bounce_classification: 'Invalid Address',
    });
    expect(fact).toMatchObject({ subtype: 'hard', code: 'invalid_address', deliveryId: 'o1.1' });
    expect(fact).not.toHaveProperty('providerMessageId');
  });

  it.each([
    ['LRzXl_NHStOGhQ4kofSm_A.recvd-5b7f-9.0', undefined, 'LRzXl_NHStOGhQ4kofSm_A'],
    ['14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0', undefined, '14c5d75ce93.dfd.64b469'],
    ['new.host-form-7.0', undefined, 'new'],
    ['a.b.newhost.0', '<a.b@ismtpd-555>', 'a.b'],
    ['a.b.newhost.0', '<other@ismtpd-555>', 'a'],
  ])('the message id in %s is what the send call returned', (sg_message_id, smtpId, expected) => {
    const fact = factOf({ ...base, event: 'delivered', sg_message_id, ...(smtpId ? { 'smtp-id': smtpId } : {}) });
    expect(fact?.providerMessageId).toBe(expected);
  });

  it('marks opens made by machines', () => {
    expect(factOf({ ...base, event: 'open', sg_machine_open: true })).toMatchObject({ fact: 'opened', machine: true });
    expect(factOf({ ...base, event: 'open', sg_machine_open: false })).not.toHaveProperty('machine');
  });

  it('keeps events it does not know', () => {
    expect(factOf({ ...base, event: 'teleported' })).toMatchObject({ fact: 'other', unknownEvent: 'teleported' });
    expect(factOf({ ...base, event: 'To: person@reader.test' })).toMatchObject({ unknownEvent: 'unnamed' });
  });

  it('gives an event without an id one that its repeats share', () => {
    const event = { event: 'delivered', timestamp: base.timestamp, email: 'person@reader.test' };
    expect(factOf(event)?.providerEventId).toMatch(/^digest-[0-9a-f]{64}$/);
    expect(factOf(event)?.providerEventId).toBe(factOf({ ...event })?.providerEventId);
    expect(factOf(event)?.providerEventId).not.toBe(factOf({ ...event, email: 'other@reader.test' })?.providerEventId);
  });

  it('lets good elements pass beside bad ones and says only where and why', () => {
    const good = { ...base, event: 'delivered' };
    const list = [good, 'text', null, [1], {}, { ...base, event: 7 }, { ...good, timestamp: 'soon' }, good];
    expect(parse(wire(list))).toMatchObject({
      facts: [{ fact: 'delivered' }, { fact: 'delivered' }],
      faults: [
        { index: 1, code: 'not_an_object' },
        { index: 2, code: 'not_an_object' },
        { index: 3, code: 'not_an_object' },
        { index: 4, code: 'event_name_missing' },
        { index: 5, code: 'event_name_missing' },
        { index: 6, code: 'timestamp_unreadable' },
      ],
    });
  });

  it.each(['', '{}', '[', 'null', '"x"', '[]x'])('says that %j is no array', (text) => {
    expect(parse(Buffer.from(text))).toEqual({
      facts: [],
      faults: [{ index: -1, code: 'not_a_json_array', raw: text }],
    });
  });

  it('carries nothing of the person, in any field', () => {
    const canary = 'person@reader.test';
    const fields = [
      'sg_message_id',
      'smtp-id',
      'reason',
      'response',
      'status',
      'url',
      'useragent',
      'ip',
      'category',
      'type',
    ];
    const custom = ['op_delivery_id', 'op_attempt', 'op_tenant_id', 'asm_group_id', 'bounce_classification'];
    const soiled = Object.fromEntries([...fields, ...custom, 'sg_event_id'].map((name) => [name, canary]));
    const names = [
      'processed',
      'deferred',
      'delivered',
      'bounce',
      'dropped',
      'open',
      'click',
      'group_unsubscribe',
      canary,
    ];
    const { facts } = parse(wire(names.map((event) => ({ ...base, ...soiled, event }))));
    expect(facts).toHaveLength(names.length);
    expect(JSON.stringify(facts)).not.toContain('reader.test');
  });
});
