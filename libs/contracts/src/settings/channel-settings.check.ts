import { CHANNELS, type Channel } from '../channel.js';
import { printable, type FieldFault } from '../request/field-fault.js';
import type { ChannelSettings, ChannelsSettings } from './channel-settings.js';

/** The retries of a channel that says nothing of them. */
export const DEFAULT_MAX_RETRIES = 2;

/** The name of a type of message, and of a template. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** What well-formed settings of channels say that can never be kept; named within `of`, such as `channels`. */
export function channelFaults(channels: ChannelsSettings<ChannelSettings> | undefined, of = 'channels'): FieldFault[] {
  return CHANNELS.flatMap((channel) => {
    const settings = channels?.[channel];
    return settings ? faultsOfChannel(channel, settings, of ? `${of}.${channel}` : '') : [];
  });
}

/** The same of one channel; fields are named within `of`, or alone where that is empty. */
export function faultsOfChannel(channel: Channel, settings: ChannelSettings, of: string): FieldFault[] {
  if (channel === 'phone')
    return [{ field: of || 'channel', code: 'not_available_yet', message: 'phone is not available yet' }];
  const faults: FieldFault[] = [];
  const fault = (field: string, code: string, message: string): void =>
    void faults.push({ field: printable(of ? `${of}.${field}` : field), code, message });
  const { enabled = true, maxPerHour, maxPerDay, maxPerPerson } = settings;
  for (const [field, limit] of Object.entries({ maxPerHour, maxPerDay, maxPerPerson }))
    if (enabled && limit === 0) fault(field, 'nothing_fits', 'lets nothing through, ever: enabled false says so');
  if (typeof maxPerHour === 'number' && typeof maxPerDay === 'number' && maxPerHour > maxPerDay)
    fault('maxPerHour', 'over_day', 'is more than maxPerDay: no hour could ever have so many');
  const { maxRetries = DEFAULT_MAX_RETRIES, retryBackoffHours } = settings;
  if (retryBackoffHours && retryBackoffHours.length > 0 && retryBackoffHours.length < maxRetries)
    fault(
      'retryBackoffHours',
      'fewer_than_retries',
      `names ${retryBackoffHours.length} waits for ${maxRetries} retries`,
    );
  if (retryBackoffHours?.some((hours, i) => hours < (retryBackoffHours[i - 1] ?? 0)))
    fault('retryBackoffHours', 'shrinks', 'has a wait that is shorter than the one before it');
  for (const [type, template] of Object.entries(settings.templates ?? {})) {
    if (!NAME.test(type)) fault(`templates.${type}`, 'unknown_type', 'must be named in letters, digits, . _ and -');
    else if (typeof template !== 'string' || !NAME.test(template))
      fault(`templates.${type}`, 'unknown_template', 'must be the name of a template');
  }
  if (settings.settings?.from_email !== undefined && channel !== 'email')
    fault('settings.from_email', 'no_sender', 'only email has a sender’s address');
  return faults;
}
