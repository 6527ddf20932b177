import { describe, expect, it } from '@jest/globals';
import { CHANNELS } from '@homing/contracts';
import fc from 'fast-check';
import { DEFAULT_CHANNEL_PROVIDERS, installedPolicy, readChannelProviders } from './channel-providers.policy.js';
import { effectivePolicy } from './effective.policy.js';
import { DEFAULT_POLICY } from './policy.state.js';

const read = (text: string) => Object.fromEntries(readChannelProviders(text) ?? []);
const policyOf = (text: string) => installedPolicy(readChannelProviders(text)!);

describe('which providers a channel has', () => {
  it('names them in the order they are preferred', () => {
    expect(read(' email: sendgrid , mailgun; sms:twilio;')).toEqual({
      email: ['sendgrid', 'mailgun'],
      sms: ['twilio'],
    });
  });

  it.each([
    [''],
    [';'],
    ['email'],
    ['email:'],
    ['email:sendgrid,'],
    ['email:sendgrid,sendgrid'],
    ['email:sendgrid;email:mailgun'],
    ['email:a:b'],
    ['pigeon:loft'],
    ['phone:twilio'],
    ['email:Send Grid'],
    ['__proto__:x'],
  ])('%j is refused whole', (text) => expect(readChannelProviders(text)).toBeUndefined());

  it('reads back whatever is of the form', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
    const channel = fc.constantFrom(...CHANNELS.filter((each) => each !== 'phone'));
    const entry = fc.tuple(channel, fc.uniqueArray(name, { minLength: 1, maxLength: 4 }));
    const given = fc.uniqueArray(entry, { minLength: 1, selector: ([of]) => of });
    fc.assert(
      fc.property(given, (entries) => {
        const text = entries.map(([of, names]) => `${of}:${names.join(',')}`).join(';');
        expect([...readChannelProviders(text)!]).toEqual(entries);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the policy of an installation', () => {
  it('is the product’s own where email leaves through SendGrid alone', () => {
    expect(policyOf(DEFAULT_CHANNEL_PROVIDERS)).toBe(DEFAULT_POLICY);
  });

  it('reserves what the dearest of a channel’s providers takes, whichever sends', () => {
    const prices = { email: { currency: 'EUR', default: 5, providers: { sendgrid: 10, mailgun: 30, brevo: 90 } } };
    const priceBy = (text: string) =>
      effectivePolicy(policyOf(text), { settings: { prices }, version: 1 }, undefined).channels.email?.price.micros;
    expect(priceBy('email:sendgrid')).toBe(10);
    expect(priceBy('email:sendgrid,mailgun')).toBe(30);
    expect(priceBy('email:sendgrid,smtp')).toBe(10);
    expect(priceBy('email:smtp')).toBe(5);
  });

  it('enables every channel that has a provider, through the most preferred one, and says so in its version', () => {
    const { version, channels } = policyOf('sms:twilio,textbee;email:sendgrid;linkedin:linkedin');
    expect(version).toBe('default-4@email:sendgrid;linkedin:linkedin;sms:twilio,textbee');
    expect(Object.keys(channels).sort()).toEqual(['email', 'linkedin', 'sms']);
    expect(channels.email).toEqual(DEFAULT_POLICY.channels.email);
    expect(channels.sms).toMatchObject({ enabled: true, provider: 'twilio', retry: { maxRetries: 2 } });
    expect(channels.linkedin).toMatchObject({ assisted: true, retry: { maxRetries: 1, delaysSeconds: [172_800] } });
  });

  it('leaves a channel to its tenant, who may say no', () => {
    const said = { settings: { channels: { sms: { enabled: false } } }, version: 1 };
    const { channels } = effectivePolicy(policyOf('email:sendgrid;sms:twilio'), said, undefined);
    expect(channels.sms?.enabled).toBe(false);
    expect(channels.email?.enabled).toBe(true);
  });
});
