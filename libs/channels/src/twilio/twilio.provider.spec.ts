// What the SDK would do by itself, and what it does here.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundMessage, SendResult } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { createTwilioSms, createTwilioWhatsApp } from './twilio.provider.js';
import { ACCOUNT_SID, AUTH_TOKEN, configAt, formOfCall, message, PUBLIC_URL, sendSample } from './twilio.fixture.js';

let server: LoopbackProvider;
const accepted = { status: 201, body: JSON.stringify(sendSample.body) };
const options = () => ({ signal: new AbortController().signal, timeoutMs: 30_000 });
const answer = (status: number, body: object | string, headers = {}) => {
  server.answer = { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
};
const sent = async (
  changes: Partial<OutboundMessage> = {},
  create = createTwilioSms,
  config = {},
): Promise<{ result: SendResult; form: Record<string, string> | undefined }> => {
  const provider = create({ ...configAt(server.url), ...config });
  const result = await provider.send({ ...message, ...changes }, options());
  provider.close();
  const call = server.calls.at(-1);
  return { result, form: call && formOfCall(call) };
};

beforeEach(async () => {
  server = await LoopbackProvider.start();
  server.answer = accepted;
});
afterEach(async () => {
  for (const name of ENVIRONMENT) delete process.env[name];
  await server.close();
});
const ENVIRONMENT = ['HTTP_PROXY', 'TWILIO_REGION', 'TWILIO_EDGE', 'TWILIO_CA_BUNDLE', 'TWILIO_LOG_LEVEL'] as const;

describe('a call to Twilio', () => {
  it('is a form, under the account, with nothing but what the message needs', async () => {
    const { form } = await sent();
    const [call] = server.calls;
    expect(call?.path).toBe(`/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`);
    expect(call?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const credentials = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64');
    expect(call?.headers.authorization).toBe(`Basic ${credentials}`);
    expect(Object.keys(form ?? {}).sort()).toEqual(['Body', 'From', 'StatusCallback', 'To']);
  });

  it('asks to be reported to under our ids, and for more tries than the one Twilio makes by itself', async () => {
    const { form } = await sent();
    const callback = `${PUBLIC_URL}?d=${message.deliveryId}&a=1&t=tenant-1`;
    expect(form?.['StatusCallback']).toBe(`${callback}#rc=3&rp=5xx,ct,rt`);
    const configured = await sent({ callbackUrl: undefined } as object, createTwilioSms, {
      callbackUrl: `${PUBLIC_URL}/x?k=1`,
    });
    expect(configured.form?.['StatusCallback']).toContain('/x?k=1&d=');
    const none = await sent({ callbackUrl: undefined } as object);
    expect(none.form).not.toHaveProperty('StatusCallback');
  });

  it('may be made with an API key in place of the auth token', async () => {
    const apiKeySid = `SK${'b'.repeat(32)}`;
    await sent({}, createTwilioSms, { apiKeySid, secret: 'key-secret' });
    const [call] = server.calls;
    expect(call?.headers.authorization).toBe(`Basic ${Buffer.from(`${apiKeySid}:key-secret`).toString('base64')}`);
    expect(call?.path).toContain(ACCOUNT_SID);
  });

  it('heeds nothing of the environment: no proxy, no region, no certificates, no log', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9';
    process.env['TWILIO_REGION'] = 'au1';
    process.env['TWILIO_EDGE'] = 'sydney';
    process.env['TWILIO_CA_BUNDLE'] = '/nowhere';
    process.env['TWILIO_LOG_LEVEL'] = 'debug';
    const written: unknown[] = [];
    const { log } = console;
    console.log = (...words: unknown[]) => void written.push(words);
    const { result } = await sent().finally(() => {
      console.log = log;
    });
    expect(result.kind).toBe('accepted');
    expect(written).toEqual([]);
  });

  it('follows no redirect, and takes an answer without an id for what it is', async () => {
    answer(302, '', { location: `${server.url}/elsewhere` });
    expect((await sent()).result).toEqual({ kind: 'unknown', reason: 'http_302' });
    expect(server.calls).toHaveLength(1);
    answer(201, '<html>PROSE</html>');
    expect((await sent()).result).toEqual({ kind: 'accepted', providerMessageId: `unstated-${message.deliveryId}-1` });
    answer(200, { sid: 'SM1' });
    expect((await sent()).result).toEqual({ kind: 'unknown', reason: 'http_200' });
  });

  it('keeps the headers of concurrent answers apart, which the SDK’s last response does not', async () => {
    const provider = createTwilioSms(configAt(server.url));
    const waits = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const other = await LoopbackProvider.start();
        const own = createTwilioSms(configAt(other.url));
        other.answer = {
          status: 429,
          headers: { 'Retry-After': String(index + 1) },
          body: '{"code":20429,"status":429}',
        };
        const result = await own.send(message, options());
        own.close();
        await other.close();
        return result.kind === 'rejected' ? result.retryAfterSeconds : undefined;
      }),
    );
    expect(waits).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
    provider.close();
  });
});

describe('what Twilio refuses', () => {
  it.each([
    [400, 21610, 'suppressed', 'opted_out'],
    [400, 21614, 'permanent', 'not_mobile'],
    [400, 21408, 'permanent', 'country_not_allowed'],
    [400, 63016, 'permanent', 'outside_window'],
    [400, 29999, 'permanent', 'twilio_29999'],
    [400, 30001, 'throttled', 'queue_full'],
    [429, 63018, 'throttled', 'too_many_messages'],
    [429, 63038, 'throttled', 'daily_limit'],
    [404, 20404, 'auth', 'account_not_found'],
    [403, 20003, 'auth', 'credentials_refused'],
    [503, 20503, 'retryable', 'unavailable'],
  ] as const)('%i with %i is %s: %s', async (status, code, kind, word) => {
    answer(status, { code, message: 'PROSE', more_info: 'PROSE', status });
    expect((await sent()).result).toMatchObject({ kind: 'rejected', class: kind, code: word });
  });

  it('is read from problem details as well (RFC 9457)', async () => {
    answer(400, { type: 'about:blank', title: 'PROSE', status: 400, code: 21211 });
    expect((await sent()).result).toEqual({ kind: 'rejected', class: 'permanent', code: 'invalid_address' });
  });

  it.each(['<html>PROSE</html>', '', 'null', '7', '"PROSE"'])('and a body %j does no harm', async (body) => {
    answer(503, body);
    expect((await sent()).result).toEqual({ kind: 'unknown', reason: 'http_503' });
    answer(400, body);
    expect((await sent()).result).toEqual({ kind: 'rejected', class: 'permanent', code: 'http_400' });
    answer(401, body);
    expect((await sent()).result).toEqual({ kind: 'rejected', class: 'auth', code: 'http_401' });
  });
});

describe('what is refused before anyone is called', () => {
  it.each([
    ['a number that is none', { to: { address: '4155552346' } }, 'invalid_address'],
    ['an empty text', { text: ' ' }, 'empty_text'],
    ['more than ten segments', { text: 'a'.repeat(1_531) }, 'too_long'],
    ['as many of UCS-2', { text: 'ж'.repeat(671) }, 'too_long'],
    ['a sender that can be none', { from: { address: 'desk@sender.test' } }, 'sender_refused'],
    ['a trial run', { sandbox: true }, 'sandbox_not_supported'],
  ])('%s', async (_name, changes, code) => {
    expect((await sent(changes)).result).toEqual({ kind: 'rejected', class: 'permanent', code });
    expect(server.calls).toEqual([]);
  });

  it('ten segments leave', async () => {
    expect((await sent({ text: 'a'.repeat(1_530) })).result.kind).toBe('accepted');
  });

  it.each([`MG${'c'.repeat(32)}`, '12345', 'Homing', '+14155552345'])('%s is a sender', async (address) => {
    const { form } = await sent({ from: { address } });
    expect(form?.[address.startsWith('MG') ? 'MessagingServiceSid' : 'From']).toBe(address);
  });

  it.each([
    ['no account', { accountSid: 'SK1' }],
    ['no secret', { secret: ' ' }],
    ['an address that is none', { baseUrl: 'ftp://x' }],
  ])('%s makes no provider', (_name, config) => {
    expect(() => createTwilioSms({ ...configAt(server.url), ...config })).toThrow(TypeError);
  });
});

describe('WhatsApp through Twilio', () => {
  const template = { name: `HX${'d'.repeat(32)}`, language: 'en', parameters: ['Ada', '"7"'] };

  it('has its prefix on both ends', async () => {
    const { form } = await sent({}, createTwilioWhatsApp);
    expect(form).toMatchObject({ To: 'whatsapp:+14155552346', From: 'whatsapp:+14155552345', Body: 'Hello' });
  });

  it('sends a template by its content sid, its parameters numbered from 1, and no text', async () => {
    const { form } = await sent({ template }, createTwilioWhatsApp);
    expect(form?.['ContentSid']).toBe(template.name);
    expect(JSON.parse(form?.['ContentVariables'] ?? '')).toEqual({ 1: 'Ada', 2: '"7"' });
    expect(form).not.toHaveProperty('Body');
  });

  it('sends a template by its name at Meta, where that is translated, its own language first', async () => {
    const sid = (letter: string) => `HX${letter.repeat(32)}`;
    const contentSids = new Map([
      ['welcome', sid('1')],
      ['welcome/de', sid('2')],
    ]);
    const of = async (language: string) => {
      const named = { template: { ...template, name: 'welcome', language } };
      return (await sent(named, createTwilioWhatsApp, { contentSids })).form?.['ContentSid'];
    };
    expect([await of('en'), await of('de')]).toEqual([sid('1'), sid('2')]);
  });

  it('knows no template by another name', async () => {
    const { result } = await sent({ template: { ...template, name: 'welcome' } }, createTwilioWhatsApp);
    expect(result).toEqual({ kind: 'rejected', class: 'permanent', code: 'template_unknown' });
    expect(server.calls).toEqual([]);
  });
});
