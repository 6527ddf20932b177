import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FORGED, HARMLESS, isHarmless, mutate, mutationRuns } from '../webhook-mutations.fixture.js';
import { sample, SECRET, signed, vectors } from './textbee.fixture.js';
import { createTextbeeWebhook } from './textbee.webhook.js';

const HEARD_AT = '2026-03-01T10:00:00.000Z';
const parser = createTextbeeWebhook({ now: () => Date.parse(HEARD_AT) });
const parsed = (body: object) => parser.parse(Buffer.from(JSON.stringify(body)));
const NAMES = ['message-sent', 'message-delivered', 'message-failed', 'unknown-state'] as const;
const key = '3f0d4f0e-6c0b-4c36-9a44-0c1f3a5b7d10';

describe('TextBee’s webhook signature', () => {
  it.each(vectors.cases.map((c) => [c.name, c] as const))('agrees with the vector: %s', (_name, c) => {
    const headers = { 'X-Signature': c.signature };
    const verdict = parser.verify({ headers, rawBody: Buffer.from(c.body), keys: [c.secret], now: 0 });
    expect(verdict.kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('covers the bytes, not their meaning, and is written in small letters', () => {
    const request = signed(sample('message-sent').body);
    const spaced = Buffer.from(JSON.stringify(sample('message-sent').body, null, 1));
    expect(parser.verify({ ...request, rawBody: spaced })).toMatchObject({ reason: 'signature_mismatch' });
    const loud = String(request.headers['X-Signature']).toUpperCase();
    expect(parser.verifyHead({ headers: { 'x-signature': loud }, now: 0 })).toMatchObject({
      reason: 'signature_malformed',
    });
  });

  it('accepts nothing forged and refuses nothing valid, whatever is done to a request', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.object(), fc.constantFrom(...HARMLESS, ...FORGED), fc.nat(), (body, kind, n) => {
        seen.add(kind);
        const mutated = mutate(signed({ ...body }), kind, { n, header: 'X-Signature', otherKey: `other-${SECRET}` });
        expect(parser.verify(mutated).kind).toBe(isHarmless(kind) ? 'valid' : 'invalid');
      }),
      { numRuns: mutationRuns() },
    );
    expect(seen.size).toBe(HARMLESS.length + FORGED.length);
  });
});

describe('what TextBee tells', () => {
  it.each(NAMES)('%s becomes its fact, about the batch', (name) => {
    const { facts, faults, inbound } = parsed(sample(name).body);
    const fact = {
      'message-sent': 'sent',
      'message-delivered': 'delivered',
      'message-failed': 'failed',
      'unknown-state': 'other',
    };
    expect({ faults, inbound }).toEqual({ faults: [], inbound: undefined });
    expect(facts).toMatchObject([{ fact: fact[name], providerEventId: key, providerMessageId: 'smsBatchId' }]);
    expect(JSON.stringify(facts)).not.toContain('+123456789');
  });

  it('says when by its own clock where it states it, and when it was heard where not', () => {
    expect(parsed(sample('message-delivered').body).facts[0]?.occurredAt).toBe('2025-10-05T13:00:35.208Z');
    expect(parsed(sample('unknown-state').body).facts[0]).toMatchObject({
      occurredAt: HEARD_AT,
      unknownEvent: 'unknown_state',
    });
  });

  it('keeps Android’s codes and no prose of a failure', () => {
    const code = (errorCode: unknown) => parsed({ ...sample('message-failed').body, errorCode }).facts[0]?.code;
    expect([4, '2', 'RESULT_ERROR_NO_SERVICE', 77, 'Error of person', undefined].map(code)).toEqual([
      'no_service',
      'radio_off',
      'no_service',
      'android_77',
      'unstated',
      'unstated',
    ]);
  });

  it('hands on what people write, without looking for words in it', () => {
    const { facts, inbound } = parsed({
      ...sample('message-received').body,
      sender: '+1 (415) 555-2346',
      message: 'STOP',
    });
    expect(facts).toEqual([]);
    expect(inbound).toMatchObject([
      {
        kind: 'message',
        provider: 'textbee',
        channel: 'sms',
        providerEventId: key,
        occurredAt: '2025-10-05T13:00:35.208Z',
        from: '+14155552346',
        to: 'deviceId',
        text: 'STOP',
      },
    ]);
    expect(inbound?.[0]).not.toHaveProperty('keyword');
  });

  it.each([
    ['nothing', '', 'not_a_json_object'],
    ['a list', '[]', 'not_a_json_object'],
    ['no event', '{"smsId":"1"}', 'event_name_missing'],
    ['a message from nobody', '{"webhookEvent":"MESSAGE_RECEIVED"}', 'sender_missing'],
  ])('calls %s a fault', (_name, body, code) => {
    expect(parser.parse(Buffer.from(body)).faults).toMatchObject([{ index: -1, code }]);
  });

  it('is told off with 4xx for nothing but what surely is forged', () => {
    expect(parser.answers).toEqual({ stored: { status: 200 }, forged: 401, notStored: 503 });
  });
});
