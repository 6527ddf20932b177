import { describe, expect, it } from '@jest/globals';
import type { ProviderSetup, ReadyProvider } from '@homing/channels';
import type { Channel } from '@homing/contracts';
import { readChannelProviders } from '@homing/domain';
import { ConfigError, readEnv } from '@homing/service-kit';
import { readServedChannels } from './served.channels.js';

/** Has an account where `<KEY>_KEY` is set. */
const setupOf = (key: string, channel: Channel): ProviderSetup => ({
  key,
  channel,
  read: (settings) =>
    settings.has(`${key.toUpperCase()}_KEY`) ? () => ({ provider: { key } }) as unknown as ReadyProvider : undefined,
});
const setups = [setupOf('sendgrid', 'email'), setupOf('mailgun', 'email'), setupOf('twilio', 'sms')];

function served(providers: string, variables: Record<string, string>) {
  const env = readEnv(variables);
  const { channels, setUps } = readServedChannels(env, readChannelProviders(providers)!, setups);
  try {
    env.check();
  } catch (error) {
    return { faults: (error as ConfigError).faults.map(({ variable }) => variable) };
  }
  return { channels, accounts: setUps.map((setUp) => setUp().provider.key) };
}

describe('the channels a gateway serves', () => {
  it('are all that it has an account for, through every account it has', () => {
    const all = { SENDGRID_KEY: 'k', MAILGUN_KEY: 'k', TWILIO_KEY: 'k' };
    expect(served('email:sendgrid;sms:twilio', all)).toEqual({
      channels: ['email', 'sms'],
      accounts: ['sendgrid', 'mailgun', 'twilio'],
    });
    expect(served('email:sendgrid;sms:twilio', { TWILIO_KEY: 'k' })).toMatchObject({ channels: ['sms'] });
  });

  it('are those it is told', () => {
    const told = { CHANNELS: 'sms', SENDGRID_KEY: 'k', TWILIO_KEY: 'k' };
    expect(served('email:sendgrid;sms:twilio', told)).toMatchObject({ channels: ['sms'] });
  });

  it.each([
    ['nothing is set up', 'email:sendgrid', {}, ['SENDGRID_API_KEY']],
    [
      'a served channel has a provider without account',
      'email:sendgrid,mailgun',
      { SENDGRID_KEY: 'k' },
      ['CHANNEL_PROVIDERS'],
    ],
    ['a provider is of another channel', 'email:twilio', { CHANNELS: 'email', TWILIO_KEY: 'k' }, ['CHANNEL_PROVIDERS']],
    ['a channel has no provider', 'email:sendgrid', { CHANNELS: 'sms', SENDGRID_KEY: 'k' }, ['CHANNELS']],
    ['it is told of phone', 'email:sendgrid', { CHANNELS: 'phone', SENDGRID_KEY: 'k' }, ['CHANNELS']],
  ])('are faulty where %s', (_case, providers, variables, faults) => {
    expect(served(providers, variables as unknown as Record<string, string>)).toEqual({ faults });
  });
});
