import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import net, { type AddressInfo } from 'node:net';
import type { OutboundMessage, SendOptions } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { message } from './sendgrid.fixture.js';
import { createSendgridProvider } from './sendgrid.provider.js';
import { Client, MailService } from './sendgrid.sdk.js';

const options = (timeoutMs = 30_000): SendOptions => ({ signal: new AbortController().signal, timeoutMs });
const accepted = { status: 202, headers: { 'X-Message-Id': 'm1' } };

describe('sendgrid', () => {
  let server: LoopbackProvider;
  let send: (changes?: Partial<OutboundMessage>) => Promise<unknown>;
  let close: () => void;
  const body = () => JSON.parse(server.calls.at(-1)?.body ?? '{}') as Record<string, unknown>;

  beforeEach(async () => {
    server = await LoopbackProvider.start();
    server.answer = accepted;
    const provider = createSendgridProvider({ apiKey: 'SG.ours', baseUrl: server.url });
    send = (changes = {}) => provider.send({ ...message, ...changes }, options());
    close = () => provider.close();
  });
  afterEach(async () => {
    close();
    await server.close();
  });

  it('posts one recipient in one personalization, plain text first, our ids as strings', async () => {
    await send({ attempt: 3 });
    expect(server.calls[0]?.path).toBe('/v3/mail/send');
    expect(body()).toEqual({
      personalizations: [{ to: [{ email: 'person@reader.test', name: 'A Reader' }] }],
      from: { email: 'desk@sender.test', name: 'The Desk' },
      reply_to: { email: 'answers@sender.test' },
      subject: 'A subject',
      content: [
        { type: 'text/plain', value: 'Hello' },
        { type: 'text/html', value: '<p>Hello</p>' },
      ],
      custom_args: {
        op_delivery_id: message.deliveryId,
        op_attempt: '3',
        op_tenant_id: 'tenant-1',
        op_campaign: 'spring',
      },
    });
  });

  it('sends one-click unsubscribe headers in the mail and never as HTTP headers', async () => {
    const headers = {
      'list-unsubscribe': '<https://reach.test/u/abc>, <mailto:u@sender.test>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    };
    await send({ headers });
    expect(body()).toMatchObject({
      headers: {
        'List-Unsubscribe': headers['list-unsubscribe'],
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
      tracking_settings: { subscription_tracking: { enable: false } },
    });
    expect(server.calls[0]?.headers['list-unsubscribe']).toBeUndefined();
    expect(server.calls[0]?.headers['authorization']).toBe('Bearer SG.ours');
  });

  it('refuses header values that could start a new header', async () => {
    const result = await send({ headers: { 'List-Unsubscribe': '<mailto:u@x.test>\r\nBcc: all@x.test' } });
    expect(result).toEqual({ kind: 'rejected', class: 'permanent', code: 'header_value_invalid' });
    expect(server.calls).toHaveLength(0);
  });

  it('refuses a mail without subject or content before any call', async () => {
    expect(await send({ subject: '' })).toMatchObject({ class: 'permanent', code: 'subject_missing' });
    expect(await send({ text: '', html: '' })).toMatchObject({ class: 'permanent', code: 'content_missing' });
    expect(server.calls).toHaveLength(0);
  });

  it('validates only, in the sandbox', async () => {
    server.answer = { status: 200 };
    expect(await send({ sandbox: true })).toMatchObject({ kind: 'accepted' });
    expect(body()).toMatchObject({ mail_settings: { sandbox_mode: { enable: true } } });
    expect(await send()).toEqual({ kind: 'unknown', reason: 'http_200' });
  });

  it('never loses an acceptance that names no id', async () => {
    server.answer = { status: 202 };
    expect(await send()).toEqual({ kind: 'accepted', providerMessageId: `unstated-${message.deliveryId}-1` });
  });

  it('reads a 413 that comes as a web page', async () => {
    const page = '<html><body><h1>413 Request Entity Too Large</h1></body></html>';
    server.answer = { status: 413, headers: { 'content-type': 'text/html' }, body: page };
    expect(await send()).toEqual({ kind: 'rejected', class: 'permanent', code: 'http_413' });
  });

  it.each([
    [400, 'personalizations.0.to.0.email', 'permanent', 'recipient_refused'],
    [400, 'content.0.value', 'permanent', 'content_refused'],
    [400, 'person@reader.test', 'permanent', 'http_400'],
    [401, null, 'auth', 'http_401'],
    [403, 'from', 'auth', 'sender_not_verified'],
    [403, null, 'auth', 'http_403'],
    [404, null, 'permanent', 'http_404'],
    [408, null, 'retryable', 'http_408'],
    [503, null, 'retryable', 'http_503'],
  ])('%i on %s is %s (%s)', async (status, field, rejection, code) => {
    server.answer = {
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ errors: [{ field, message: 'anything' }] }),
    };
    expect(await send()).toEqual({ kind: 'rejected', class: rejection, code });
  });

  it.each([307, 500, 502, 503, 504])('says unknown after %i without SendGrid’s own word', async (status) => {
    server.answer = { status, headers: { location: `${server.url}/elsewhere` } };
    expect(await send()).toEqual({ kind: 'unknown', reason: `http_${status}` });
    expect(server.calls).toHaveLength(1);
  });

  it('keeps connections alive', async () => {
    let connections = 0;
    const counting = net.createServer((socket) => {
      connections++;
      const to = net.connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.pipe(to).pipe(socket);
      socket.on('error', () => to.destroy());
      to.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(counting.address() as AddressInfo).port}`;
    const provider = createSendgridProvider({ apiKey: 'SG.x', baseUrl });
    for (let i = 0; i < 5; i++) await provider.send(message, options());
    provider.close();
    counting.close();
    expect(server.calls).toHaveLength(5);
    expect(connections).toBe(1);
  });

  it('goes straight to its address whatever HTTP_PROXY says', async () => {
    const proxy = await LoopbackProvider.start();
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: '', no_proxy: '' });
    try {
      expect(await send()).toMatchObject({ kind: 'accepted' });
      expect(proxy.calls).toHaveLength(0);
      // The trap itself: the bare SDK hands key and mail to the proxy.
      const bare = new Client();
      bare.setApiKey('SG.ours');
      bare.setDefaultRequest('baseUrl', server.url);
      await bare.request({ method: 'POST', url: '/v3/mail/send', body: {} });
      expect(proxy.calls).toHaveLength(1);
    } finally {
      process.env = before;
      await proxy.close();
    }
  });

  it('may retry when a connection never came to be, and says unknown from there on', async () => {
    const heard: (() => void)[] = [];
    const sockets: net.Socket[] = [];
    const silent = net.createServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => heard.shift()?.());
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const at = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const stoppedOnceHeard = async (baseUrl: string) => {
      const stop = new AbortController();
      heard.push(() => stop.abort());
      const provider = createSendgridProvider({ apiKey: 'SG.x', baseUrl });
      return provider.send(message, { signal: stop.signal, timeoutMs: 30_000 });
    };
    try {
      // Over TLS only the handshake has been heard, over plain HTTP the mail itself.
      const unsent = { kind: 'rejected', class: 'retryable', code: 'deadline' };
      expect(await stoppedOnceHeard(`https://${at}`)).toEqual(unsent);
      expect(await stoppedOnceHeard(`http://${at}`)).toEqual({ kind: 'unknown', reason: 'deadline' });
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  it('leaves this machine neither in tests nor with credentials in its address', () => {
    const provide = (baseUrl?: string) => () =>
      createSendgridProvider({ apiKey: 'SG.x', ...(baseUrl ? { baseUrl } : {}) });
    expect(process.env['NODE_ENV']).toBe('test');
    for (const url of ['https://api.sendgrid.com', 'http://localhost.example.test', 'http://10.0.0.1', undefined]) {
      expect(provide(url)).toThrow('only loopback');
    }
    for (const url of ['ftp://127.0.0.1', '', 'http://u:p@127.0.0.1']) {
      if (url) expect(provide(url)).toThrow(TypeError);
    }
    expect(() => createSendgridProvider({ apiKey: ' ', baseUrl: 'http://127.0.0.1' })).toThrow('API key');
  });
});

describe('the SDK traps this provider is built around', () => {
  it('setApiKey points the client back at the real API', () => {
    const client = new Client();
    client.setDefaultRequest('baseUrl', 'http://127.0.0.1:1');
    client.setApiKey('SG.x');
    expect(client.createRequest({ url: '/v3' })).toMatchObject({ baseURL: 'https://api.sendgrid.com/' });
  });

  it('the bare SDK turns a message header into the HTTP Authorization header', async () => {
    const server = await LoopbackProvider.start();
    const client = new Client();
    client.setApiKey('SG.ours');
    client.setDefaultRequest('baseUrl', server.url);
    const mail = new MailService();
    mail.setClient(client);
    const to = { to: 'p@x.test', from: 'a@x.test', subject: 's', text: 't' };
    await mail.send({ ...to, headers: { Authorization: 'Bearer SG.other' } });
    expect(server.calls[0]?.headers['authorization']).toBe('Bearer SG.other');
    await server.close();
  });
});
