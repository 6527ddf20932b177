// What a mail server, its returned mail, our own tracking and Mandrill are told by the environment.
import { describe, expect, it } from '@jest/globals';
import { mandrillSetup } from '../mandrill/mandrill.setup.js';
import { mandrillWebhookSetup } from '../mandrill/mandrill.webhook-setup.js';
import type { SettingsReader } from '../provider.setup.js';
import { smtpSetup } from './smtp.setup.js';
import { smtpWebhookSetup } from './smtp.webhook-setup.js';

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
const faultsOf = (given: Readonly<Record<string, string>>) => {
  const reader = settings(given);
  for (const setup of [smtpSetup, mandrillSetup, smtpWebhookSetup, mandrillWebhookSetup]) setup.read(reader);
  return reader.faults;
};
const smtp = { SMTP_HOST: '127.0.0.1', SMTP_SECURITY: 'none', SMTP_FROM_EMAIL: 'desk@sender.test' };
const key = 'a tracking key of at least 32 characters';

describe('an account', () => {
  it('nobody configured is none', () => {
    const reader = settings({});
    for (const setup of [smtpSetup, mandrillSetup, smtpWebhookSetup, mandrillWebhookSetup])
      expect(setup.read(reader)).toBeUndefined();
    expect(reader.faults).toEqual([]);
  });

  it('in order is made with its sender', () => {
    const mandrill = {
      MANDRILL_API_KEY: 'k',
      MANDRILL_FROM_EMAIL: 'desk@sender.test',
      MANDRILL_BASE_URL: 'http://127.0.0.1:1',
    };
    for (const [setup, given] of [
      [smtpSetup, smtp],
      [mandrillSetup, mandrill],
    ] as const) {
      const ready = setup.read(settings(given))?.();
      expect(ready).toMatchObject({ provider: { key: setup.key }, defaultSender: { address: 'desk@sender.test' } });
      ready?.provider.close();
    }
  });

  it.each([
    ['SMTP_FROM_EMAIL', { ...smtp, SMTP_FROM_EMAIL: '' }],
    ['SMTP_SECURITY', { ...smtp, SMTP_SECURITY: 'perhaps' }],
    ['SMTP_BOUNCE_DOMAIN', { ...smtp, SMTP_BOUNCE_DOMAIN: 'a@b.test' }],
    ['SMTP_PASSWORD', { ...smtp, SMTP_USER: 'desk' }],
    ['TRACKING_KEYS', { ...smtp, TRACKING_BASE_URL: 'https://hooks.sender.test' }],
    ['TRACKING_KEYS', { ...smtp, TRACKING_KEYS: 'short' }],
    ['SMTP_WEBHOOK_KEYS', { SMTP_WEBHOOK_KEYS: 'c2hvcnQ=' }],
    ['MANDRILL_FROM_EMAIL', { MANDRILL_API_KEY: 'k' }],
    ['MANDRILL_WEBHOOK_URL', { MANDRILL_WEBHOOK_URL: 'hooks.sender.test' }],
  ])('with a fault in %s is named', (name, given) => {
    expect(faultsOf(given)).toEqual([name]);
  });

  it('with keys for tracking but no address leaves mails as they are', () => {
    expect(faultsOf({ ...smtp, TRACKING_KEYS: key })).toEqual([]);
    expect(
      faultsOf({ ...smtp, TRACKING_KEYS: `${key}, ${key}2`, TRACKING_BASE_URL: 'https://hooks.sender.test' }),
    ).toEqual([]);
  });

  it('at Mandrill can be shown to exist before it has a key', () => {
    const caller = mandrillWebhookSetup.read(
      settings({ MANDRILL_WEBHOOK_URL: 'https://hooks.sender.test/webhooks/mailchimp' }),
    );
    expect(caller).toMatchObject({ keys: [], parser: { provider: 'mailchimp' } });
  });
});
