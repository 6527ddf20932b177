import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Channel } from '../channel.js';
import { faultsOf, type FieldFault } from '../request/field-fault.js';
import { channelFaults } from './channel-settings.check.js';
import type { ChannelSettings } from './channel-settings.js';
import { CampaignSettingsDto, TenantSettingsDto } from './settings.dto.js';
import { sequenceFaults } from './sequence.check.js';
import { shapeFaults } from './settings-shape.check.js';
import { priceFaults } from './price.check.js';
import { periodFaults, sendTimeFaults } from './send-time.check.js';
import type { CampaignPeriod, CampaignSettings, SendTimeSettings, TenantSettings } from './settings.js';

export type SettingsReading<T> =
  | { readonly kind: 'valid'; readonly settings: T }
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] };

/**
 * Reads a campaign's settings. Unknown fields are refused by name. Null switches a cap, `dedupHours`, `dailyLimit`, `quietHours`,
 * `windows` or `spacing` off; anywhere else it stands for absent.
 */
export const readCampaignSettings = (value: unknown): SettingsReading<CampaignSettings> =>
  read<CampaignSettings>(CampaignSettingsDto, value);

/** Reads a tenant's settings, by the same rules. */
export const readTenantSettings = (value: unknown): SettingsReading<TenantSettings> =>
  read<TenantSettings>(TenantSettingsDto, value);

function read<
  T extends SendTimeSettings &
    Pick<TenantSettings, 'prices' | 'channels' | 'sequences'> &
    DailyLimited &
    CampaignPeriod,
>(dto: new () => object, value: unknown): SettingsReading<T> {
  if (!isRecord(value))
    return { kind: 'invalid', faults: [{ field: '', code: 'not_an_object', message: 'must be a JSON object' }] };
  const unreadable = shapeFaults(value);
  if (unreadable.length > 0) return { kind: 'invalid', faults: unreadable };
  const errors = validateSync(plainToInstance(dto, value), {
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
  });
  const faults = errors.flatMap((error) => faultsOf(error, ''));
  if (faults.length > 0) return { kind: 'invalid', faults };
  const settings = withoutIdleNulls(value) as T;
  const senseless = [
    ...sendTimeFaults(settings),
    ...periodFaults(settings),
    ...priceFaults(settings.prices),
    ...channelFaults(settings.channels),
    ...dailyLimitFaults(settings),
    ...sequenceFaults(settings.sequences),
  ];
  return senseless.length > 0 ? { kind: 'invalid', faults: senseless } : { kind: 'valid', settings };
}

type DailyLimited = Pick<CampaignSettings, 'dailyLimit' | 'whenDailyLimitReached'>;

function dailyLimitFaults({ dailyLimit, whenDailyLimitReached }: DailyLimited): FieldFault[] {
  if (dailyLimit !== 0 || whenDailyLimitReached !== 'defer') return [];
  const message = 'puts everything off for ever: the daily limit is 0';
  return [{ field: 'whenDailyLimitReached', code: 'nothing_fits', message }];
}

/** One channel's settings, or those of one channel in a campaign, as a tenant sends them alone. By the same rules. */
export function readChannelSettings(channel: Channel, value: unknown): SettingsReading<ChannelSettings> {
  const reading = readTenantSettings({ channels: { [channel]: value } });
  const prefix = `channels.${channel}`;
  if (reading.kind === 'valid') return { kind: 'valid', settings: reading.settings.channels?.[channel] ?? {} };
  const faults = reading.faults.map((fault) => ({ ...fault, field: withoutPrefix(fault.field, prefix) }));
  return { kind: 'invalid', faults };
}

const withoutPrefix = (field: string, prefix: string): string =>
  field.startsWith(`${prefix}.`) ? field.slice(prefix.length + 1) : field === prefix ? '' : field;

/** Where null says something of its own. */
const MAY_BE_NULL: ReadonlySet<string> = new Set([
  'perDay',
  'perWeek',
  'maxPerHour',
  'maxPerDay',
  'maxPerPerson',
  'dedupHours',
  'dailyLimit',
  'quietHours',
  'windows',
  'spacing',
]);

function withoutIdleNulls(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said = Object.entries(value).filter(([name, part]) => part !== null || MAY_BE_NULL.has(name));
  return Object.fromEntries(said.map(([name, part]) => [name, within(part)]));
}

const within = (part: unknown): unknown =>
  Array.isArray(part) ? part.map(within) : isRecord(part) ? withoutIdleNulls(part) : part;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
