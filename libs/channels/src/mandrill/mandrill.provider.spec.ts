import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { OutboundMessage } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { patient } from '../smtp/smtp.fixture.js';
import { message } from './mandrill.fixture.js';
import { createMandrillProvider } from './mandrill.provider.js';

let server: LoopbackProvider;
beforeEach(async () => {
  server = await LoopbackProvider.start();
});
afterEach(() => server.close());

async function send(other: Partial<OutboundMessage> = {}) {
  const provider = createMandrillProvider({ apiKey: 'md-test', baseUrl: server.url });
  const result = await provider.send({ ...message, ...other }, patient());
  provider.close();
  return result;
}
const answer = (body: unknown, status = 200) =>
  (server.answer = { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const sent = () =>
  JSON.parse(server.calls[0]?.body ?? '{}') as { key: string; async: boolean; message: Record<string, unknown> };

it('says what is to be sent and nothing that Mandrill could add to', async () => {
  answer([{ status: 'queued', _id: 'id1' }]);
  const headers = {
    'List-Unsubscribe': '<https://sender.test/u/t>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
  expect(await send({ headers })).toEqual({ kind: 'accepted', providerMessageId: 'id1' });
  expect(server.calls[0]?.path).toBe('/api/1.0/messages/send.json');
  expect(sent()).toMatchObject({ key: 'md-test', async: false });
  expect(sent().message).toEqual({
    html: '<p>Hello</p>',
    text: 'Hello',
    subject: 'A subject',
    from_email: 'desk@sender.test',
    from_name: 'The Desk',
    to: [{ email: 'person@reader.test', name: 'A Reader', type: 'to' }],
    headers: { ...headers, 'Reply-To': 'answers@sender.test' },
    metadata: {
      op_delivery_id: message.deliveryId,
      op_attempt: '1',
      op_tenant_id: 'tenant-1',
      op_campaign: 'spring',
    },
    auto_text: false,
    auto_html: false,
    inline_css: false,
    merge: false,
    preserve_recipients: false,
  });
});

it('keeps metadata below the 200 bytes that Mandrill keeps: the campaign goes first, ids never', async () => {
  answer([{ status: 'sent', _id: 'id1' }]);
  await send({ campaignKey: 'c'.repeat(100) });
  expect(Object.keys(sent().message['metadata'] as object)).toEqual(['op_delivery_id', 'op_attempt', 'op_tenant_id']);
  expect(await send({ tenantId: 't'.repeat(128) })).toMatchObject({ class: 'permanent', code: 'metadata_too_long' });
});

it.each([
  [{ to: { address: 'a@reader.test, b@reader.test' } }, 'recipient_refused'],
  [{ from: { address: 'desk@sender.test\r\nBcc: x@reader.test' } }, 'sender_refused'],
  [{ replyTo: { address: 'x' } }, 'reply_to_refused'],
  [{ subject: '' }, 'subject_missing'],
  [{ text: '', html: '' }, 'content_missing'],
  [{ sandbox: true }, 'sandbox_not_supported'],
])('refuses %j before any call', async (other, code) => {
  expect(await send(other)).toEqual({ kind: 'rejected', class: 'permanent', code });
  expect(server.calls).toHaveLength(0);
});

it.each([
  ['rejected', 'hard-bounce', 'suppressed', 'bounced_address'],
  ['rejected', 'soft-bounce', 'suppressed', 'bounced_address'],
  ['rejected', 'spam', 'suppressed', 'spam_reporting_address'],
  ['rejected', 'unsub', 'suppressed', 'unsubscribed_address'],
  ['rejected', 'custom', 'suppressed', 'rejection_list'],
  ['rejected', 'invalid-sender', 'permanent', 'sender_refused'],
  ['rejected', 'unsigned', 'auth', 'sender_not_verified'],
  ['rejected', 'test-mode-limit', 'auth', 'test_mode_limit'],
  ['rejected', 'rule', 'permanent', 'rule'],
  ['rejected', 'something new', 'permanent', 'rejected'],
  ['invalid', null, 'permanent', 'invalid_address'],
])('200 with %s (%s) is no acceptance: %s (%s)', async (status, reason, rejection, code) => {
  answer([{ email: message.to.address, status, reject_reason: reason, _id: 'id1' }]);
  expect(await send()).toEqual({ kind: 'rejected', class: rejection, code });
});

it.each([
  ['Invalid_Key', 'auth', 'invalid_key'],
  ['PaymentRequired', 'auth', 'payment_required'],
  ['Unknown_Subaccount', 'permanent', 'unknown_subaccount'],
  ['ValidationError', 'permanent', 'validation_error'],
  ['ServiceUnavailable', 'retryable', 'service_unavailable'],
])('an error is told by its name whatever its status: %s is %s (%s)', async (name, rejection, code) => {
  for (const status of [500, 401, 400]) {
    answer({ status: 'error', code: -1, name, message: 'PROSE' }, status);
    expect(await send()).toEqual({ kind: 'rejected', class: rejection, code });
  }
});

it('says unknown where the answer leaves it open', async () => {
  for (const [body, status] of [
    [[], 200],
    ['ok', 200],
    [[{ status: 'sent' }], 200],
    [[{ status: 'new word', _id: 'id1' }], 200],
    [{ status: 'error', name: 'GeneralError' }, 500],
    ['<html>', 502],
    ['<html>', 503],
  ] as const) {
    answer(body, status);
    expect(await send()).toMatchObject({ kind: 'unknown' });
  }
});
