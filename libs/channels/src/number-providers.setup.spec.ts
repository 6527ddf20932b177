// What an operator's environment makes of Twilio, TextBee and the generic providers.
import { readEnv } from '@homing/service-kit';
import { describe, expect, it } from '@jest/globals';
import { PROVIDER_SETUPS, WEBHOOK_SETUPS } from './provider.setups.js';

const KEYS = ['twilio', 'twilio_whatsapp', 'textbee', 'generic_email', 'generic_sms', 'generic_whatsapp'];
const WORDS = ['twilio', 'textbee', 'email-delivery', 'sms-whatsapp-delivery', 'email-status'];
const account = {
  TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_BASE_URL: 'http://127.0.0.1:1',
};
const all: Record<string, string> = {
  ...account,
  TWILIO_FROM: 'Homing',
  TWILIO_WHATSAPP_FROM: '+14155552345',
  TWILIO_CONTENT_SIDS: `welcome=HX${'d'.repeat(32)},welcome/de=HX${'e'.repeat(32)}`,
  TEXTBEE_API_KEY: 'key',
  TEXTBEE_DEVICE_ID: 'device-1',
  TEXTBEE_BASE_URL: 'http://127.0.0.1:1',
  GENERIC_EMAIL_URL: 'http://127.0.0.1:1',
  GENERIC_EMAIL_API_KEY: 'key',
  GENERIC_EMAIL_FROM: 'desk@sender.test',
  GENERIC_SMS_URL: 'http://127.0.0.1:1',
  GENERIC_SMS_API_KEY: 'key',
  GENERIC_SMS_FROM: '+14155552345',
  GENERIC_SMS_IDEMPOTENT_SECONDS: '600',
  GENERIC_WHATSAPP_URL: 'http://127.0.0.1:1',
  GENERIC_WHATSAPP_API_KEY: 'key',
  GENERIC_WHATSAPP_FROM: '+14155552345',
  PUBLIC_WEBHOOK_URL: 'https://hooks.sender.test',
};
const read = (source: Record<string, string>) => {
  const env = readEnv(source);
  const setUps = PROVIDER_SETUPS.filter(({ key }) => KEYS.includes(key)).flatMap((setup) => setup.read(env) ?? []);
  env.check();
  return setUps.map((setUp) => setUp());
};
const listen = (source: Record<string, string>) => {
  const env = readEnv(source);
  const callers = WEBHOOK_SETUPS.filter(({ provider }) => WORDS.includes(provider)).flatMap(
    (setup) => setup.read(env) ?? [],
  );
  env.check();
  return callers;
};

describe('accounts', () => {
  it('are each a provider, under its own key', () => {
    const made = read(all);
    expect(made.map(({ provider }) => provider.key)).toEqual(KEYS);
    expect(made.map(({ defaultSender }) => defaultSender.address)).toEqual([
      'Homing',
      '+14155552345',
      'device-1',
      'desk@sender.test',
      '+14155552345',
      '+14155552345',
    ]);
    const keys = made.map(({ provider }) => provider.capabilities.idempotencyKey);
    expect(keys).toEqual([false, false, false, false, { validSeconds: 600 }, false]);
    for (const { provider } of made) provider.close();
  });

  it('that nobody has make none', () => {
    expect(read({})).toEqual([]);
    expect(read(account)).toEqual([]);
  });

  it.each([
    ['TWILIO_ACCOUNT_SID', 'AC1'],
    ['TWILIO_AUTH_TOKEN', ''],
    ['TWILIO_WHATSAPP_FROM', 'whatsapp:+14155552345'],
    ['TWILIO_CONTENT_SIDS', 'welcome=HX1'],
    ['SMS_MAX_SEGMENTS', '11'],
    ['GENERIC_SMS_API_KEY', ''],
    ['GENERIC_EMAIL_URL', 'ftp://provider.test'],
  ])('name a faulty %s', (name, value) => {
    expect(() => read({ ...all, [name]: value })).toThrow(new RegExp(name));
  });
});

describe('webhooks', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const keys = {
    TWILIO_WEBHOOK_AUTH_TOKEN: 'an-auth-token-of-old,an-auth-token-of-new',
    TEXTBEE_WEBHOOK_SECRET: 'a-signing-secret-of-enough-length',
    GENERIC_WEBHOOK_SECRET: secret,
  };

  it('are each heard under their word, with all keys in force', () => {
    const callers = listen(keys);
    expect(callers.map(({ parser }) => parser.provider)).toEqual(WORDS);
    expect(callers[0]?.keys).toEqual(['an-auth-token-of-old', 'an-auth-token-of-new']);
  });

  it('without keys are heard by nobody', () => {
    expect(listen({})).toEqual([]);
  });

  it.each([
    ['TWILIO_WEBHOOK_AUTH_TOKEN', 'short'],
    ['TEXTBEE_WEBHOOK_SECRET', 'short'],
    ['GENERIC_WEBHOOK_SECRET', 'whsec_c2hvcnQ='],
  ])('name a faulty %s', (name, value) => {
    expect(() => listen({ ...keys, [name]: value })).toThrow(new RegExp(name));
  });
});
