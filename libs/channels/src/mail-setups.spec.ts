// What Mailgun and Brevo are told by the environment.
import { describe, expect, it } from '@jest/globals';
import { brevoSetup } from './brevo/brevo.setup.js';
import { brevoWebhookSetup } from './brevo/brevo.webhook-setup.js';
import { mailgunSetup } from './mailgun/mailgun.setup.js';
import { mailgunWebhookSetup } from './mailgun/mailgun.webhook-setup.js';
import type { SettingsReader } from './provider.setup.js';

/** Reads a record; faults are kept by name. */
function settings(given: Readonly<Record<string, string>>): SettingsReader & { faults: string[] } {
  const faults: string[] = [];
  const text = (name: string, fallback = ''): string => given[name] ?? fallback;
  const secret = (name: string) => ({ reveal: () => text(name) });
  return {
    faults,
    has: (name) => name in given,
    string: (name, options = {}) => {
      if (options.pattern && !options.pattern.test(text(name, options.default))) faults.push(name);
      return text(name, options.default);
    },
    url: (name, options = {}) => text(name, options.default),
    int: (name, options = {}) => Number(text(name, String(options.default))),
    flag: (name) => text(name) === 'true',
    list: (name) => text(name).split(','),
    secret,
    optionalSecret: (name) => (name in given ? secret(name) : undefined),
    fault: (name) => void faults.push(name),
  };
}

const mailgun = {
  MAILGUN_API_KEY: 'k',
  MAILGUN_DOMAIN: 'mg.x.test',
  MAILGUN_FROM_EMAIL: 'desk@mg.x.test',
  MAILGUN_BASE_URL: 'http://127.0.0.1:1',
};
const brevo = { BREVO_API_KEY: 'k', BREVO_FROM_EMAIL: 'desk@x.test', BREVO_BASE_URL: 'http://127.0.0.1:1' };

describe('an account', () => {
  it('nobody configured is none', () => {
    for (const setup of [mailgunSetup, brevoSetup, mailgunWebhookSetup, brevoWebhookSetup]) {
      const given = settings({});
      expect(setup.read(given)).toBeUndefined();
      expect(given.faults).toEqual([]);
    }
  });

  it.each([
    [mailgunSetup, mailgun, 'desk@mg.x.test'],
    [brevoSetup, brevo, 'desk@x.test'],
  ])('in order is made with its sender', (setup, given, address) => {
    const reader = settings(given);
    const ready = setup.read(reader)?.();
    expect(reader.faults).toEqual([]);
    expect(ready).toMatchObject({ provider: { key: setup.key, channel: 'email' }, defaultSender: { address } });
    ready?.provider.close();
  });

  it('is asked what became of a message only where it is said so', () => {
    const lookUpOf = (more: object) => {
      const ready = mailgunSetup.read(settings({ ...mailgun, ...more }))?.();
      ready?.provider.close();
      return ready?.provider.capabilities.lookUp;
    };
    expect(lookUpOf({})).toBe(false);
    expect(lookUpOf({ MAILGUN_LOOKUP: 'true', MAILGUN_LOOKUP_AFTER_SECONDS: '600' })).toMatchObject({
      afterSeconds: 600,
    });
  });

  it.each([
    [mailgunSetup, { MAILGUN_API_KEY: 'k' }, ['MAILGUN_DOMAIN', 'MAILGUN_FROM_EMAIL']],
    [mailgunSetup, { ...mailgun, MAILGUN_DOMAIN: 'no domain/..' }, ['MAILGUN_DOMAIN']],
    [brevoSetup, { BREVO_API_KEY: 'k' }, ['BREVO_FROM_EMAIL']],
    [brevoWebhookSetup, { BREVO_WEBHOOK_TOKEN: 'short' }, ['BREVO_WEBHOOK_TOKEN']],
    [mailgunWebhookSetup, { MAILGUN_WEBHOOK_SIGNING_KEY: ' , ' }, ['MAILGUN_WEBHOOK_SIGNING_KEY']],
  ])('that lacks something says what', (setup, given, faults) => {
    const reader = settings(given as unknown as Record<string, string>);
    setup.read(reader);
    expect(reader.faults).toEqual(faults);
  });

  it('may have two keys in force while one replaces the other', () => {
    const token = 'a-token-that-is-long-enough-for-it-1';
    expect(mailgunWebhookSetup.read(settings({ MAILGUN_WEBHOOK_SIGNING_KEY: 'old, new' }))?.keys).toEqual([
      'old',
      'new',
    ]);
    expect(brevoWebhookSetup.read(settings({ BREVO_WEBHOOK_TOKEN: `${token},${token}2` }))?.keys).toEqual([
      token,
      `${token}2`,
    ]);
  });
});
