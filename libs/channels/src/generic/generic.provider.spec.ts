import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundMessage } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { messageFor } from './generic.fixture.js';
import type { GenericChannel } from './generic.message.js';
import { createGenericProvider } from './generic.provider.js';

let server: LoopbackProvider;
const sent = async (channel: GenericChannel, changes: Partial<OutboundMessage> = {}) => {
  const publicUrl = 'https://hooks.sender.test/';
  const provider = createGenericProvider({ channel, baseUrl: server.url, apiKey: 'key', publicUrl });
  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  const result = await provider.send({ ...messageFor(channel), ...changes }, options);
  provider.close();
  const body = server.calls.at(-1)?.body;
  return { result, call: server.calls.at(-1), body: JSON.parse(body || '{}') as Record<string, unknown> };
};
const metadata = (channel: GenericChannel) => ({
  business_id: 'tenant-1',
  outreach_campaign_id: messageFor(channel).deliveryId,
  attempt: '1',
  channel,
  campaign: 'spring',
});

beforeEach(async () => {
  server = await LoopbackProvider.start();
  server.answer = { status: 200, body: '{"message_id":"m-1","status":"queued"}' };
});
afterEach(() => server.close());

describe('a generic provider', () => {
  it('is given an email in the documents’ form', async () => {
    const { call, body } = await sent('email');
    expect(call).toMatchObject({
      path: '/send',
      headers: { authorization: 'Bearer key', 'idempotency-key': `${messageFor('email').deliveryId}:1` },
    });
    expect(body).toMatchObject({
      recipient: 'person@reader.test',
      subject: 'A subject',
      body: '<p>Hello</p>',
      webhook_url: 'https://hooks.sender.test/webhooks/email-delivery',
      metadata: metadata('email'),
    });
  });

  it.each(['sms', 'whatsapp'] as const)('is given a message by %s in the documents’ form', async (channel) => {
    const { call, body } = await sent(channel);
    expect(call?.path).toBe(`/v1/${channel}/send`);
    expect(body).toMatchObject({
      recipient: '+14155552346',
      message: 'Hello',
      webhook_url: 'https://hooks.sender.test/webhooks/sms-whatsapp-delivery',
      metadata: metadata(channel),
    });
  });

  it('is given the template and the headers a message has', async () => {
    const template = { name: 'welcome', language: 'en', parameters: ['Ada'] };
    expect((await sent('whatsapp', { template })).body).toMatchObject({ template });
    const headers = { 'List-Unsubscribe': '<https://sender.test/u/1>' };
    expect((await sent('email', { headers })).body).toMatchObject({ headers });
  });

  it.each([
    [409, { message_id: 'm-1' }, { kind: 'accepted', providerMessageId: 'm-1' }],
    [409, {}, { kind: 'unknown', reason: 'http_409' }],
    [200, { status: 'queued' }, { kind: 'unknown', reason: 'http_200' }],
    [302, { message_id: 'm-1' }, { kind: 'unknown', reason: 'http_302' }],
    [404, {}, { kind: 'rejected', class: 'auth', code: 'http_404' }],
    [422, { code: 'opted_out' }, { kind: 'rejected', class: 'suppressed', code: 'suppressed' }],
    [502, {}, { kind: 'unknown', reason: 'http_502' }],
    [504, {}, { kind: 'unknown', reason: 'http_504' }],
  ] as const)('that answers %i with %j', async (status, body, result) => {
    server.answer = { status, body: JSON.stringify(body) };
    expect((await sent('sms')).result).toEqual(result);
  });

  it.each([
    ['email', { to: { address: 'a@x.test,b@x.test' } }, 'recipient_refused'],
    ['email', { from: { address: 'a@x.test\r\nBcc: b@x.test' } }, 'sender_refused'],
    ['email', { replyTo: { address: 'a@x.test b@x.test' } }, 'reply_to_refused'],
    ['email', { subject: '' }, 'subject_missing'],
    ['email', { headers: { 'List-Unsubscribe': 'a\r\nBcc: b' } }, 'header_value_invalid'],
    ['sms', { to: { address: 'person@reader.test' } }, 'invalid_address'],
    ['sms', { text: 'a'.repeat(1_531) }, 'too_long'],
    ['whatsapp', { text: '' }, 'empty_text'],
  ] as const)('is not called by %s with %j', async (channel, changes, code) => {
    const { result } = await sent(channel, changes);
    expect(result).toEqual({ kind: 'rejected', class: 'permanent', code });
    expect(server.calls).toEqual([]);
  });
});
