import { PROVIDER_SETUPS } from '@homing/channels';
import { readEnv } from '@homing/service-kit';

/**
 * `CHANNEL_PROVIDERS` of a sandbox: every channel that one of its accounts can send by, through all of them in the order they are listed
 * in; email through SendGrid alone, so that what a test does to it is not healed by another.
 */
export function sandboxChannels(accounts: Readonly<Record<string, string>>): string {
  const settings = readEnv(accounts);
  const able = PROVIDER_SETUPS.filter((setup) => setup.read(settings) !== undefined);
  const byChannel = Map.groupBy(able, ({ channel }) => channel);
  return [...byChannel]
    .map(
      ([channel, setups]) => `${channel}:${channel === 'email' ? 'sendgrid' : setups.map(({ key }) => key).join(',')}`,
    )
    .join(';');
}
