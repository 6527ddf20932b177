import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundMessage } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { message, sendSample } from './textbee.fixture.js';
import { createTextbeeProvider } from './textbee.provider.js';

let server: LoopbackProvider;
const NOW = Date.parse('2026-03-01T22:00:00Z');
const sent = async (changes: Partial<OutboundMessage> = {}) => {
  const provider = createTextbeeProvider({ apiKey: 'key', deviceId: 'device-1', baseUrl: server.url, now: () => NOW });
  const result = await provider.send(
    { ...message, ...changes },
    { signal: new AbortController().signal, timeoutMs: 30_000 },
  );
  provider.close();
  return result;
};
const answered = (status: number, body: object, headers: Record<string, string> = {}) => {
  server.answer = { status, headers, body: JSON.stringify(body) };
  return sent();
};

beforeEach(async () => {
  server = await LoopbackProvider.start();
});
afterEach(() => server.close());

describe('TextBee', () => {
  it('is given one recipient a call: its batch is our message', async () => {
    expect(await answered(201, sendSample.response.body)).toEqual({
      kind: 'accepted',
      providerMessageId: sendSample.response.body.data.smsBatchId,
    });
    const [call] = server.calls;
    expect(call).toMatchObject({ path: '/api/v1/gateway/devices/device-1/send-sms', headers: { 'x-api-key': 'key' } });
    expect(JSON.parse(call?.body ?? '')).toEqual({ recipients: [message.to.address], message: 'Hello' });
  });

  it('without a queue answers as Firebase does, and names no batch', async () => {
    const fcm = (successCount: number) => ({ data: { responses: [], successCount, failureCount: 1 - successCount } });
    expect(await answered(200, fcm(1))).toEqual({
      kind: 'accepted',
      providerMessageId: `unstated-${message.deliveryId}-1`,
    });
    expect(await answered(200, fcm(0))).toEqual({ kind: 'unknown', reason: 'answer_unreadable' });
  });

  it('with a used-up plan is left alone until its day is over, with a used-up month too', async () => {
    const limit = { hasReachedLimit: true, dailyRemaining: 0, monthlyRemaining: 250 };
    const rejected = { kind: 'rejected', class: 'throttled' };
    // Node puts its own Date into every answer: another clock than ours is believed there.
    const plan = await answered(429, limit, { date: 'Sun, 01 Mar 2026 23:59:00 GMT' });
    expect(plan).toEqual({ ...rejected, code: 'daily_limit', retryAfterSeconds: 60 });
    const month = await answered(429, { ...limit, monthlyRemaining: 0 }, { date: 'Sun, 01 Mar 2026 22:00:00 GMT' });
    expect(month).toEqual({ ...rejected, code: 'monthly_limit', retryAfterSeconds: 7_200 });
  });

  it('throttles by the minute where it says nothing of a plan', async () => {
    const rejected = { kind: 'rejected', class: 'throttled', code: 'too_many_requests' };
    expect(await answered(429, { statusCode: 429 })).toEqual({ ...rejected, retryAfterSeconds: 60 });
    expect(await answered(429, {}, { 'retry-after': '9' })).toEqual({ ...rejected, retryAfterSeconds: 9 });
  });

  it('with its phone gone is out of service for every message', async () => {
    const gone = { kind: 'rejected', class: 'auth', code: 'device_not_enabled' };
    expect(await answered(400, sendSample.errors[1]?.body ?? {})).toEqual(gone);
    expect(await answered(404, {})).toEqual(gone);
    expect(await answered(400, { error: 'PROSE' })).toMatchObject({ class: 'permanent' });
  });

  it('that failed to queue it may have it all the same', async () => {
    expect(await answered(500, { error: 'Failed to add SMS to queue' })).toEqual({
      kind: 'unknown',
      reason: 'http_500',
    });
    expect(await answered(502, {})).toEqual({ kind: 'unknown', reason: 'http_502' });
  });

  it.each([
    ['spaces in a number', { to: { address: '+251 912 345 678' } }, 'invalid_address'],
    ['no text', { text: '' }, 'empty_text'],
    ['too much text', { text: 'a'.repeat(1_531) }, 'too_long'],
    ['a trial run', { sandbox: true }, 'sandbox_not_supported'],
  ])('is not called for %s', async (_name, changes, code) => {
    expect(await sent(changes)).toEqual({ kind: 'rejected', class: 'permanent', code });
    expect(server.calls).toEqual([]);
  });
});
