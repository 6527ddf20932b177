import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import type { OutboundMessage } from '../channel.provider.js';
import { LoopbackSmtp } from './loopback-smtp.fixture.js';
import { headerOf, message, patient } from './smtp.fixture.js';
import { createSmtpProvider, type SmtpConfig } from './smtp.provider.js';

let server: LoopbackSmtp;
let config: SmtpConfig;
beforeEach(async () => {
  server = await LoopbackSmtp.start();
  config = { host: '127.0.0.1', port: server.port, security: 'none' };
});
afterEach(() => server.close());

async function send(other: Partial<OutboundMessage> = {}, more: Partial<SmtpConfig> = {}) {
  const provider = createSmtpProvider({ ...config, ...more });
  const result = await provider.send({ ...message, ...other }, patient());
  provider.close();
  return result;
}
const mail = (at = 0) => server.calls[at]?.body ?? '';

describe('a mail over SMTP', () => {
  it('names its attempt in the message id, the envelope and headers of its own', async () => {
    expect(await send({}, { bounceDomain: 'bounces.sender.test', messageIdDomain: 'mail.sender.test' })).toEqual({
      kind: 'accepted',
      providerMessageId: `${message.deliveryId}.1@mail.sender.test`,
    });
    expect(headerOf(mail(), 'Message-ID')).toBe(`<${message.deliveryId}.1@mail.sender.test>`);
    expect(server.calls[0]?.from).toBe(`bounce+${message.deliveryId}.1=tenant-1@bounces.sender.test`);
    expect(server.calls[0]?.to).toEqual([message.to.address]);
    expect(headerOf(mail(), 'X-Delivery-Id')).toBe(message.deliveryId);
    expect(headerOf(mail(), 'From')).toBe('The Desk <desk@sender.test>');
    expect(headerOf(mail(), 'Reply-To')).toBe('answers@sender.test');
  });

  it('has its bounces returned to the sender where no domain for them is given', async () => {
    await send();
    expect(server.calls[0]?.from).toBe('desk@sender.test');
  });

  it('says one-click unsubscribe in exactly one unfolded header each', async () => {
    const list = `<https://sender.test/u/${'x'.repeat(120)}>, <mailto:leave@sender.test>`;
    await send({ headers: { 'List-Unsubscribe': list, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } });
    const lines = mail()
      .split('\r\n')
      .filter((line) => /^list-unsubscribe/i.test(line));
    expect(lines).toEqual([`List-Unsubscribe: ${list}`, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click']);
  });

  it.each([
    ['person@reader.test\r\nBcc: evil@reader.test'],
    ['person@reader.test, evil@reader.test'],
    ['friends: person@reader.test, evil@reader.test;'],
    ['"a b"@reader.test'],
    ['A Reader <person@reader.test>'],
    ['person@reader.test\u0000'],
    ['pérson@reader.test'],
    ['person@reader'],
    ['@reader.test'],
    [''],
  ])('goes to nobody at %j', async (address) => {
    expect(await send({ to: { address } })).toEqual({
      kind: 'rejected',
      class: 'permanent',
      code: 'recipient_refused',
    });
    expect(server.connections).toBe(0);
  });

  it('lets neither a name nor a subject begin a header', async () => {
    const trick = 'A Reader\r\nBcc: evil@reader.test\r\nX-Evil: 1';
    await send({ subject: trick, to: { ...message.to, name: trick }, from: { ...message.from, name: trick } });
    expect(server.calls[0]?.to).toEqual([message.to.address]);
    expect(headerOf(mail(), 'Bcc')).toBeUndefined();
    expect(headerOf(mail(), 'X-Evil')).toBeUndefined();
  });

  it('opens no file and fetches no address that its content names', async () => {
    const tricks = { text: { path: '/etc/hostname' }, html: { href: 'http://127.0.0.1:1/secret' } };
    expect(await send(tricks as unknown as Partial<OutboundMessage>)).toEqual({
      kind: 'rejected',
      class: 'permanent',
      code: 'content_refused',
    });
    expect(server.calls).toHaveLength(0);
  });

  it('logs in, and says so when it may not', async () => {
    const guarded = await LoopbackSmtp.start({ password: 'right' });
    const login = { port: guarded.port, user: 'desk' };
    expect(await send({}, { ...login, password: 'right' })).toMatchObject({ kind: 'accepted' });
    expect(await send({}, { ...login, password: 'wrong' })).toEqual({
      kind: 'rejected',
      class: 'auth',
      code: 'smtp_5_7_8',
    });
    expect(guarded.calls).toHaveLength(1);
    await guarded.close();
  });

  it('sends nothing to a server that offers no TLS where TLS is asked for', async () => {
    expect(await send({}, { security: 'starttls' })).toMatchObject({ kind: 'rejected', class: 'retryable' });
    expect(server.calls).toHaveLength(0);
  });

  it('keeps connections and shares them', async () => {
    const provider = createSmtpProvider(config);
    for (let i = 0; i < 5; i++) await provider.send(message, patient());
    provider.close();
    expect([server.calls.length, server.connections]).toEqual([5, 1]);
  });

  it('only shows itself in the sandbox', async () => {
    expect(await send({ sandbox: true })).toMatchObject({ kind: 'accepted' });
    expect([server.calls.length, server.connections]).toEqual([0, 1]);
  });

  it('leaves this machine neither in tests nor without TLS', () => {
    const provide = (host: string, nodeEnv: string, security: 'none' | 'starttls') => () => {
      const before = process.env['NODE_ENV'];
      process.env['NODE_ENV'] = nodeEnv;
      try {
        createSmtpProvider({ host, security }).close();
      } finally {
        process.env['NODE_ENV'] = before;
      }
    };
    expect(provide('mail.sender.test', 'test', 'starttls')).toThrow('NODE_ENV=test');
    expect(provide('mail.sender.test', 'production', 'none')).toThrow('without TLS');
    expect(provide('mail.sender.test', 'production', 'starttls')).not.toThrow();
    expect(provide('127.0.0.1', 'production', 'none')).not.toThrow();
  });
});

describe('the ends of a mail that was not accepted', () => {
  it.each([
    ['MAIL', 421, '4.3.2 going down', 'retryable', 'smtp_4_3_2'],
    ['MAIL', 450, '4.7.28 too much', 'throttled', 'smtp_4_7_28'],
    ['MAIL', 451, '4.4.5 congested', 'throttled', 'smtp_4_4_5'],
    ['MAIL', 530, '5.7.0 who are you', 'auth', 'smtp_5_7_0'],
    ['MAIL', 550, '5.7.1 not from here', 'permanent', 'smtp_5_7_1'],
    ['RCPT', 450, '4.2.0 greylisted', 'retryable', 'smtp_4_2_0'],
    ['RCPT', 452, '4.2.2 full', 'retryable', 'smtp_4_2_2'],
    ['RCPT', 550, '5.1.1 unknown', 'permanent', 'invalid_address'],
    ['RCPT', 550, 'no such person', 'permanent', 'invalid_address'],
    ['RCPT', 550, '5.7.1 policy', 'permanent', 'smtp_5_7_1'],
    ['RCPT', 552, '5.2.2 full', 'permanent', 'too_large'],
    ['DATA', 451, '4.3.0 try later', 'retryable', 'smtp_4_3_0'],
    ['DATA', 503, '5.5.1 out of order', 'retryable', 'smtp_5_5_1'],
    ['DATA', 552, '5.3.4 too large', 'permanent', 'too_large'],
    ['DATA', 554, '5.6.0 spam', 'permanent', 'smtp_5_6_0'],
  ])('%s answered %i %s is %s', async (at, status, body, rejection, code) => {
    server.answer = { status, headers: { at }, body };
    expect(await send()).toEqual({ kind: 'rejected', class: rejection, code });
  });

  it('is known not to be accepted while no content was asked for, and unknown from there on', async () => {
    server.dropAtRecipient = true;
    expect(await send()).toMatchObject({ kind: 'rejected', class: 'retryable' });
    server.dropAtRecipient = false;
    server.answer = 'drop-after-reading';
    expect(await send()).toMatchObject({ kind: 'unknown' });
  });

  it('is never sent again by the pool', async () => {
    server.answer = 'drop-after-reading';
    const provider = createSmtpProvider(config);
    await provider.send(message, patient());
    server.answer = { status: 250 };
    expect(await provider.send({ ...message, attempt: 2 }, patient())).toMatchObject({ kind: 'accepted' });
    provider.close();
    expect(server.calls.map(({ body }) => headerOf(body, 'X-Attempt'))).toEqual(['1', '2']);
  });
});

describe('the traps of nodemailer this provider is built around', () => {
  const bare = (options: Parameters<ReturnType<typeof createTransport>['sendMail']>[0]) => {
    const transport = createTransport({ host: '127.0.0.1', port: server.port, ignoreTLS: true });
    return transport.sendMail({ from: 'a@sender.test', subject: 's', text: 't', ...options });
  };

  it('a line break in an address adds a recipient', async () => {
    await bare({ to: 'person@reader.test\r\nBcc: evil@reader.test' });
    expect(server.calls[0]?.to).toContain('evil@reader.test');
  });

  it('its own list options say List-Unsubscribe twice and make an address of the one-click word', async () => {
    const list = {
      unsubscribe: ['https://sender.test/u', 'leave@sender.test'],
      'unsubscribe-post': 'List-Unsubscribe=One-Click',
    };
    await bare({ to: 'person@reader.test', list });
    const lines = mail()
      .split('\r\n')
      .filter((line) => /^list-unsubscribe/i.test(line));
    expect(lines.filter((line) => /^list-unsubscribe:/i.test(line))).toHaveLength(2);
    expect(lines).toContain('List-Unsubscribe-Post: <http://List-Unsubscribe=One-Click>');
  });

  it('re-spells header names', async () => {
    await bare({ to: 'person@reader.test', headers: { 'X-Delivery-Id': 'd.1' } });
    expect(mail()).toContain('X-Delivery-ID: d.1');
  });
});
