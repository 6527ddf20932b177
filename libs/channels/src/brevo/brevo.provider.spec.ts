import { TransactionalEmailsClient } from '@getbrevo/brevo/transactionalEmails';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundMessage, SendOptions } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { message } from '../sendgrid/sendgrid.fixture.js';
import { headersOf } from './brevo.fixture.js';
import { createBrevoProvider } from './brevo.provider.js';

const options = (timeoutMs = 30_000): SendOptions => ({ signal: new AbortController().signal, timeoutMs });
const json = { 'content-type': 'application/json' };
const accepted = { status: 201, headers: json, body: JSON.stringify({ messageId: '<1.2@relay.test>' }) };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('brevo', () => {
  let server: LoopbackProvider;
  let send: (changes?: Partial<OutboundMessage>) => Promise<unknown>;
  let close: () => void;
  const body = () => JSON.parse(server.calls.at(-1)?.body ?? '{}') as Record<string, unknown>;

  beforeEach(async () => {
    server = await LoopbackProvider.start();
    server.answer = accepted;
    const provider = createBrevoProvider({ apiKey: 'xkeysib-ours', baseUrl: server.url });
    send = (changes = {}) => provider.send({ ...message, ...changes }, options());
    close = () => provider.close();
  });
  afterEach(async () => {
    close();
    await server.close();
  });

  it('posts one recipient, our ids as JSON in X-Mailin-custom, the key among the mail’s headers', async () => {
    await send({ attempt: 3 });
    expect(server.calls[0]).toMatchObject({ path: '/v3/smtp/email', headers: { 'api-key': 'xkeysib-ours' } });
    expect(body()).toEqual({
      sender: { email: 'desk@sender.test', name: 'The Desk' },
      to: [{ email: 'person@reader.test', name: 'A Reader' }],
      replyTo: { email: 'answers@sender.test' },
      subject: 'A subject',
      textContent: 'Hello',
      htmlContent: '<p>Hello</p>',
      headers: { 'X-Mailin-custom': expect.any(String), idempotencyKey: expect.stringMatching(UUID) },
    });
    expect(JSON.parse(headersOf(server.calls[0]!)['X-Mailin-custom'] ?? '')).toEqual({
      op_delivery_id: message.deliveryId,
      op_attempt: '3',
      op_tenant_id: 'tenant-1',
      op_campaign: 'spring',
    });
  });

  it('keeps attempts of different tenants and deliveries apart, however their ids are cut', async () => {
    const keys: (string | undefined)[] = [];
    for (const ids of [
      { tenantId: 't1', deliveryId: '1.1' },
      { tenantId: 't', deliveryId: '11.1' },
      { tenantId: 't1', deliveryId: '1.11' },
    ]) {
      await send(ids);
      keys.push(headersOf(server.calls.at(-1)!)['idempotencyKey']);
    }
    expect(new Set(keys).size).toBe(3);
  });

  it.each([
    [400, { code: 'duplicate_request', message: 'PROSE' }],
    [409, { code: 'conflict', message: 'PROSE the idempotencyKey was used' }],
    [400, { code: 'invalid_parameter', message: 'PROSE duplicate request' }],
  ])('takes %i %j for what it is: accepted before', async (status, said) => {
    server.answer = { status, headers: json, body: JSON.stringify(said) };
    expect(await send()).toEqual({ kind: 'accepted', providerMessageId: `unstated-${message.deliveryId}-1` });
    server.answer = { status, headers: json, body: JSON.stringify({ ...said, messageId: '<1.2@relay.test>' }) };
    expect(await send()).toEqual({ kind: 'accepted', providerMessageId: '1.2@relay.test' });
  });

  it.each([
    [400, { code: 'invalid_parameter' }, { class: 'permanent', code: 'invalid_parameter' }],
    [400, { code: 'duplicate_parameter' }, { class: 'permanent', code: 'http_400' }],
    [400, { code: 'not_enough_credits' }, { class: 'auth', code: 'not_enough_credits' }],
    [401, { code: 'unauthorized' }, { class: 'auth', code: 'unauthorized' }],
    [402, {}, { class: 'auth', code: 'http_402' }],
    [403, { code: 'permission_denied' }, { class: 'auth', code: 'permission_denied' }],
    [404, {}, { class: 'permanent', code: 'http_404' }],
    [409, {}, { kind: 'unknown', reason: 'http_409' }],
    [422, { code: 'PROSE' }, { class: 'permanent', code: 'http_422' }],
    [503, { code: 'service_unavailable' }, { class: 'retryable', code: 'http_503' }],
    [503, {}, { kind: 'unknown', reason: 'http_503' }],
    [500, { code: 'internal_error' }, { kind: 'unknown', reason: 'http_500' }],
    [201, {}, { kind: 'unknown', reason: 'http_201' }],
    [204, {}, { kind: 'unknown', reason: 'http_204' }],
  ])('%i %j is %j', async (status, said, expected) => {
    server.answer = { status, headers: json, ...(status === 204 ? {} : { body: JSON.stringify(said) }) };
    expect(await send()).toMatchObject(expected);
  });

  it.each([
    [302, 'the SDK takes it for a success'],
    [201, 'the SDK takes a page for an answer'],
  ])('believes no %i that names no message: %s', async (status) => {
    server.answer = { status, headers: { location: `${server.url}/elsewhere` }, body: '<html>' };
    expect(await send()).toEqual({ kind: 'unknown', reason: `http_${status}` });
    expect(server.calls).toHaveLength(1);
  });

  it('drops the mail in the sandbox, passes unsubscribe headers on, and cuts a name that Brevo would refuse', async () => {
    await send({
      sandbox: true,
      headers: { 'List-Unsubscribe': '<https://reach.test/u/abc>' },
      to: { address: 'a@x.test', name: 'n'.repeat(71) },
    });
    expect(headersOf(server.calls[0]!)).toMatchObject({
      'X-Sib-Sandbox': 'drop',
      'List-Unsubscribe': '<https://reach.test/u/abc>',
    });
    expect(server.calls[0]?.headers['list-unsubscribe']).toBeUndefined();
    expect(body()['to']).toEqual([{ email: 'a@x.test', name: 'n'.repeat(70) }]);
  });

  it('sends to no address that is more than one', async () => {
    for (const address of ['a@x.test, b@x.test', 'a@x.test\r\nBcc: b@x.test', 'nobody'])
      expect(await send({ to: { address } })).toMatchObject({ class: 'permanent', code: 'recipient_invalid' });
    expect(server.calls).toHaveLength(0);
  });

  it('leaves this machine neither in tests nor without a key', () => {
    expect(() => createBrevoProvider({ apiKey: 'k' })).toThrow('only loopback');
    expect(() => createBrevoProvider({ apiKey: ' ', baseUrl: 'http://127.0.0.1' })).toThrow('API key');
  });
});

describe('the SDK traps this provider is built around', () => {
  const bare = (baseUrl: string, more: object = {}) =>
    new TransactionalEmailsClient({ apiKey: 'k', baseUrl: `${baseUrl}/v3`, ...more });
  const mail = { sender: { email: 'a@x.test' }, to: [{ email: 'p@x.test' }], subject: 's', textContent: 't' };

  it('the bare SDK sends again on its own after a 500', async () => {
    const server = await LoopbackProvider.start();
    server.answer = { status: 500, headers: { 'retry-after': '1' }, body: '{}' };
    const sent = bare(server.url)
      .sendTransacEmail(mail)
      .catch(() => undefined);
    await server.until(() => server.calls.length === 2);
    server.answer = accepted;
    await sent;
    await server.close();
  });

  it('the bare SDK takes a success that is a web page for an answer, and a redirect too', async () => {
    const server = await LoopbackProvider.start();
    server.answer = { status: 200, body: '<html>' };
    expect(await bare(server.url, { maxRetries: 0 }).sendTransacEmail(mail)).toMatchObject({ ok: false });
    server.answer = { status: 304 };
    expect(await bare(server.url, { maxRetries: 0 }).sendTransacEmail(mail)).toBeUndefined();
    await server.close();
  });
});
