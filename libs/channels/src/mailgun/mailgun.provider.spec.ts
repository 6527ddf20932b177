import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import FormData from 'form-data';
import Mailgun from 'mailgun.js';
import type { OutboundMessage, SendOptions } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { message } from '../sendgrid/sendgrid.fixture.js';
import { fieldsOf } from './mailgun.fixture.js';
import { createMailgunProvider } from './mailgun.provider.js';

const options = (timeoutMs = 30_000): SendOptions => ({ signal: new AbortController().signal, timeoutMs });
const json = { 'content-type': 'application/json' };
const accepted = { status: 200, headers: json, body: JSON.stringify({ id: '<1.a@mg.x.test>', message: 'Queued.' }) };

describe('mailgun', () => {
  let server: LoopbackProvider;
  let send: (changes?: Partial<OutboundMessage>) => Promise<unknown>;
  let close: () => void;
  const fields = () => fieldsOf(server.calls.at(-1)!);

  beforeEach(async () => {
    server = await LoopbackProvider.start();
    server.answer = accepted;
    const provider = createMailgunProvider({ apiKey: 'key-ours', domain: 'mg.x.test', baseUrl: server.url });
    send = (changes = {}) => provider.send({ ...message, ...changes }, options());
    close = () => provider.close();
  });
  afterEach(async () => {
    close();
    await server.close();
  });

  it('posts one recipient as a form, our ids as user variables', async () => {
    await send({ attempt: 3 });
    expect(server.calls[0]).toMatchObject({
      path: '/v3/mg.x.test/messages',
      headers: { authorization: `Basic ${Buffer.from('api:key-ours').toString('base64')}` },
    });
    expect(fields()).toEqual({
      from: '"The Desk" <desk@sender.test>',
      to: '"A Reader" <person@reader.test>',
      subject: 'A subject',
      text: 'Hello',
      html: '<p>Hello</p>',
      'h:Reply-To': 'answers@sender.test',
      'v:op_delivery_id': message.deliveryId,
      'v:op_attempt': '3',
      'v:op_tenant_id': 'tenant-1',
      'v:op_campaign': 'spring',
    });
  });

  it('passes one-click unsubscribe headers on in the mail, never as HTTP headers', async () => {
    await send({
      headers: {
        'list-unsubscribe': '<https://reach.test/u/abc>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    });
    expect(fields()).toMatchObject({
      'h:List-Unsubscribe': '<https://reach.test/u/abc>',
      'h:List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(server.calls[0]?.headers['list-unsubscribe']).toBeUndefined();
  });

  it.each(['a@x.test, b@x.test', 'a@x.test\r\nBcc: b@x.test', 'A <a@x.test>', 'a@x.test;b@x.test'])(
    'sends to nobody when the address is %j: a comma would begin another recipient',
    async (address) => {
      expect(await send({ to: { address } })).toMatchObject({ class: 'permanent', code: 'recipient_invalid' });
      expect(await send({ replyTo: { address } })).toMatchObject({ code: 'reply_to_invalid' });
      expect(await send({ from: { address } })).toMatchObject({ code: 'sender_invalid' });
      expect(server.calls).toHaveLength(0);
    },
  );

  it('keeps a name a name', async () => {
    await send({ to: { address: 'a@x.test', name: 'Doe, "Jo" <b@x.test>\r\nBcc: c@x.test' } });
    expect(fields()['to']).toBe('"Doe, \\"Jo\\" <b@x.test> Bcc: c@x.test" <a@x.test>');
  });

  it('asks for test mode in the sandbox, and tags only where its events may be asked', async () => {
    await send({ sandbox: true });
    expect(fields()).toMatchObject({ 'o:testmode': 'yes' });
    expect(fields()).not.toHaveProperty('o:tag');
    const asking = createMailgunProvider({ apiKey: 'k', domain: 'mg.x.test', baseUrl: server.url, events: {} });
    await asking.send(message, options());
    expect(fields()['o:tag']).toMatch(/^op-[0-9a-f]{40}$/);
    asking.close();
  });

  it.each([
    [400, '{"message":"PROSE"}', { class: 'permanent', code: 'http_400' }],
    [401, 'Forbidden', { class: 'auth', code: 'http_401' }],
    [403, '{"message":"PROSE"}', { class: 'auth', code: 'http_403' }],
    [404, '{"message":"Domain not found: mg.x.test"}', { class: 'retryable', code: 'http_404' }],
    [404, '<html>', { class: 'auth', code: 'wrong_address' }],
    [200, 'Mailgun Magnificent API', { class: 'auth', code: 'wrong_address' }],
    [408, '', { class: 'retryable', code: 'http_408' }],
    [413, '<html>', { class: 'permanent', code: 'http_413' }],
    [503, '{"message":"PROSE"}', { class: 'retryable', code: 'http_503' }],
    [503, '<html>', { kind: 'unknown', reason: 'http_503' }],
    [502, '{"message":"PROSE"}', { kind: 'unknown', reason: 'http_502' }],
    [200, '{}', { kind: 'unknown', reason: 'http_200' }],
    [200, '<html>', { kind: 'unknown', reason: 'http_200' }],
    [202, '{"id":"<a@b.test>"}', { kind: 'unknown', reason: 'http_202' }],
  ])('%i with %s is %j', async (status, body, expected) => {
    server.answer = { status, headers: json, body };
    expect(await send()).toMatchObject(expected);
  });

  it('follows no redirect with the mail in hand', async () => {
    server.answer = { status: 307, headers: { location: `${server.url}/elsewhere` } };
    expect(await send()).toEqual({ kind: 'unknown', reason: 'http_307' });
    expect(server.calls).toHaveLength(1);
  });

  it('goes straight to its address whatever HTTP_PROXY says', async () => {
    const proxy = await LoopbackProvider.start();
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: '', no_proxy: '' });
    try {
      expect(await send()).toMatchObject({ kind: 'accepted' });
      expect(proxy.calls).toHaveLength(0);
    } finally {
      process.env = before;
      await proxy.close();
    }
  });

  it('takes a list with another’s message for no answer', async () => {
    const asking = createMailgunProvider({ apiKey: 'k', domain: 'mg.x.test', baseUrl: server.url, events: {} });
    const items = [{ 'user-variables': { op_delivery_id: 'other.1', op_attempt: '1' } }, 7, null];
    server.answer = { status: 200, headers: json, body: JSON.stringify({ items }) };
    expect(await asking.lookUp?.(message, options())).toEqual({ kind: 'unavailable', code: 'not_ours' });
    asking.close();
  });

  it('leaves this machine neither in tests nor without key and domain', () => {
    const make = (changes: object) => () =>
      createMailgunProvider({ apiKey: 'k', domain: 'mg.x.test', baseUrl: 'http://127.0.0.1', ...changes });
    expect(make({ baseUrl: 'https://api.mailgun.net' })).toThrow('only loopback');
    for (const bad of [{ apiKey: ' ' }, { domain: '' }, { domain: 'x.test/../other' }])
      expect(make(bad)).toThrow(TypeError);
  });
});

describe('the SDK traps this provider is built around', () => {
  const bare = (url: string, timeout?: number) =>
    new Mailgun(FormData as never).client({ username: 'api', key: 'k', url, ...(timeout ? { timeout } : {}) });
  const data = { from: 'a@x.test', to: 'p@x.test', subject: 's', text: 't' };

  it('the bare SDK calls a lost connection and a time-out status 400, and shows no headers of an answer', async () => {
    const server = await LoopbackProvider.start();
    server.answer = 'drop-after-reading';
    await expect(bare(server.url).messages.create('mg.x.test', data)).rejects.toMatchObject({
      status: 400,
      message: 'ECONNRESET',
    });
    server.answer = 'hang';
    await expect(bare(server.url, 50).messages.create('mg.x.test', data)).rejects.toMatchObject({
      status: 400,
      message: 'ECONNABORTED',
    });
    server.answer = { status: 429, headers: { 'X-RateLimit-Reset': '1392824063' } };
    const error: unknown = await bare(server.url)
      .messages.create('mg.x.test', data)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 429 });
    expect(JSON.stringify({ ...(error as object) })).not.toContain('1392824063');
    await server.close();
  });

  it('the bare SDK posts the mail again wherever a redirect says', async () => {
    const [first, other] = [await LoopbackProvider.start(), await LoopbackProvider.start()];
    first.answer = { status: 307, headers: { location: `${other.url}/elsewhere` } };
    await bare(first.url)
      .messages.create('mg.x.test', data)
      .catch(() => undefined);
    expect(other.calls[0]?.body).toContain('p@x.test');
    await Promise.all([first.close(), other.close()]);
  });
});
