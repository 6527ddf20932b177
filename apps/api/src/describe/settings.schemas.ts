import {
  CAMPAIGN_STATUSES,
  CHANNELS,
  CONSENT_DEMANDS,
  LIFT_REASONS,
  MAX_EXPLORATION,
  SEND_TIMES,
  SUPPRESSION_REASONS,
  WHEN_FULL,
} from '@homing/contracts';
import {
  CampaignSettingsDto,
  ChannelSettingsDto,
  QuietHoursDto,
  SendWindowDto,
  SpacingDto,
  TenantSettingsDto,
} from '@homing/contracts';
import { PACING_RECOMMENDATIONS } from '@homing/domain';
import { RETURN_FIELDS } from './analytics.schemas.js';
import { priceTable, withPrices } from './price.schemas.js';
import { schemaOf } from './request.schema.js';
import { withSequences } from './sequence.schemas.js';
import { flag, instant, list, partial, record, ref, text, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
const maybe = (schema: Schema, description: string): Schema => ({ ...schema, nullable: true, description });
const count = { ...whole, minimum: 0 };
const day = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' };
const status = { type: 'string', enum: [...CAMPAIGN_STATUSES] };
const version = { ...whole, description: 'one more with each change of the settings' };

const NULLABLE = [
  ...['dedupHours', 'dailyLimit', 'perDay', 'perWeek', 'quietHours', 'windows'],
  ...['maxPerHour', 'maxPerDay', 'maxPerPerson', 'spacing'],
];

/** Where null says something of its own, which the rules of the reader cannot say. */
function withOff(schema: Schema): Schema {
  const properties = { ...(schema['properties'] as Record<string, Schema>) };
  for (const name of NULLABLE)
    if (properties[name])
      properties[name] = maybe(properties[name], 'null: switched off; left out: the next wider setting');
  for (const name of ['caps', 'channels', ...CHANNELS])
    if (properties[name]?.['properties']) properties[name] = withOff(properties[name]);
  return { ...schema, properties };
}
const channelSettings = withOff(withTemplates(schemaOf(ChannelSettingsDto)));
const campaignSettings = withOff(schemaOf(CampaignSettingsDto));
const tenantSettings = withSequences(withPrices(withOff(schemaOf(TenantSettingsDto))));

function withTemplates(schema: Schema): Schema {
  const templates = {
    type: 'object',
    additionalProperties: text,
    description: 'names of templates by type of message',
  };
  return { ...schema, properties: { ...(schema['properties'] as Record<string, Schema>), templates } };
}

const limits = {
  caps: record({
    perDay: maybe(count, 'messages to one person in any 24 hours; null: no cap'),
    perWeek: maybe(count, 'messages to one person in any 7 days; null: no cap'),
    channels: {
      ...{ type: 'object', description: 'beside those, on one channel alone' },
      additionalProperties: record({ perDay: maybe(count, 'null: no cap'), perWeek: maybe(count, 'null: no cap') }),
    },
  }),
  dedupHours: maybe(count, 'look-back for the same content to the same address; null: none'),
};
/** How a channel is chosen, as it is in force. */
const choice = {
  weights: {
    ...(tenantSettings['properties'] as Record<string, Schema>)['weights'],
    description: 'share of each factor in a channel’s score; together 1',
  },
  channelPriority: { ...list(channel), description: 'these come first, in this order, after what the person prefers' },
  exploration: {
    ...{ type: 'number', minimum: 0, maximum: MAX_EXPLORATION },
    description: 'share of choices drawn among the channels that only the score orders',
  },
};
/** For which messages consent is required, as it is in force. */
const consent = record({
  required: {
    ...{ type: 'object', additionalProperties: { type: 'string', enum: [...CONSENT_DEMANDS] } },
    description:
      'by channel: for `always` all messages, `marketing` all but transactional ones, `never` none; one not named: none',
  },
});
const sendTime = {
  sendTime: {
    type: 'string',
    enum: [...SEND_TIMES],
    description:
      '`asap`: the earliest moment allowed; `best_practice`: an hour the person prefers, else a good one for the channel; `learned`: an hour the person prefers, else the one the tenant’s messages engage best at',
  },
  quietHours: maybe(schemaOf(QuietHoursDto), 'local times in which nothing starts but what is critical; null: none'),
  windows: maybe(list(schemaOf(SendWindowDto)), 'local times in which messages start; null: at any time'),
  preferredHours: {
    ...list({ ...whole, minimum: 0, maximum: 23 }),
    description: 'hours of the day in which messages start if the rules allow it before the deadline; empty: none',
  },
  spacing: maybe(
    schemaOf(SpacingDto),
    'messages are spread evenly over the allowed time of so many hours; null: only what waits for a good hour is, within it',
  ),
  timeZone: { ...text, description: 'IANA zone of a campaign’s days, and of people of whom none is known' },
};
const money = {
  limitMicros: maybe(whole, 'null: no limit'),
  reservedMicros: { ...whole, description: 'spoken for by what is decided and not settled, each at its worst case' },
  spentMicros: { ...whole, description: 'charged by what was sent' },
  varianceMicros: { ...whole, description: 'charged beyond what was reserved' },
};
const budget = {
  campaignId: text,
  currency: { ...text, description: 'ISO 4217' },
  settingsVersion: version,
  total: record(money),
  perDayLimitMicros: maybe(whole, 'null: no limit'),
  dailyLimit: maybe(whole, 'messages a day; null: no limit'),
  timeZone: { ...text, description: 'IANA zone of the days' },
};
const suppression = {
  suppressionId: { ...text, description: 'keyed hash of the address' },
  channel,
  contact: maybe(text, 'the address, masked; null once its person was erased'),
};

const amounts = { totalMicros: maybe(whole, 'null: no limit'), perDayMicros: maybe(whole, 'null: no limit') };
const channelConfig = partial(
  {
    ...(channelSettings['properties'] as Record<string, Schema>),
    channel,
    installed: { ...flag, description: 'a gateway of this installation sends by it' },
    configured: { ...flag, description: 'false: nobody has configured it; it has no quotas' },
    settingsVersion: version,
    effective: {
      description: 'what is in force where a campaign says nothing',
      ...record({
        enabled: flag,
        assisted: flag,
        maxPerHour: maybe(count, 'messages in one hour of the tenant’s day; null: no limit'),
        maxPerDay: maybe(count, 'messages in one day of the tenant’s zone; null: no limit'),
        maxPerPerson: maybe(count, 'messages to one person in any 30 days; null: no limit'),
        maxRetries: count,
        retryBackoffHours: { ...list({ type: 'number' }), description: 'empty: 2^n minutes, n from 0' },
      }),
    },
    defaults: ref('ChannelSettings'),
  },
  ['channel', 'installed', 'configured', 'settingsVersion', 'effective', 'defaults'],
);

/** What the routes of campaigns, policies, budgets and suppressions answer with, and take. */
export const SETTINGS_SCHEMAS: Readonly<Record<string, Schema>> = {
  CampaignSettings: campaignSettings,
  TenantSettings: tenantSettings,
  PriceTable: priceTable(),
  ChannelSettings: channelSettings,
  ChannelConfig: channelConfig,
  Campaign: record({
    campaignId: text,
    name: text,
    status,
    currency: { ...text, description: 'ISO 4217; never changes' },
    settings: ref('CampaignSettings'),
    settingsVersion: version,
    effective: {
      description: 'what is in force: the campaign’s own settings, else the tenant’s, else the product’s',
      ...record({
        budget: record({
          ...amounts,
          channels: {
            ...{ type: 'object', additionalProperties: record(amounts) },
            description: 'what of it may go to one channel',
          },
        }),
        ...limits,
        dailyLimit: maybe(whole, 'messages a day; null: no limit'),
        whenDailyLimitReached: { type: 'string', enum: [...WHEN_FULL] },
        ...sendTime,
        ...choice,
        consent,
      }),
    },
    createdAt: instant,
  }),
  CampaignPage: partial({ items: list(ref('Campaign')), nextCursor: text }, ['items']),
  Policies: partial(
    {
      ...(tenantSettings['properties'] as Record<string, Schema>),
      settingsVersion: version,
      effective: {
        description: 'what is in force where a campaign says nothing',
        ...record({
          ...limits,
          ...sendTime,
          ...choice,
          consent,
          prices: {
            ...{ type: 'object', additionalProperties: ref('Money') },
            description: 'what is reserved for one message: of a table its worst case',
          },
        }),
      },
    },
    ['settingsVersion', 'effective'],
  ),
  ListedBudget: record(budget),
  BudgetPage: partial({ items: list(ref('ListedBudget')), nextCursor: text }, ['items']),
  Budget: record({
    ...budget,
    channels: list(record({ channel, ...money, perDayLimitMicros: maybe(whole, 'null: no limit') })),
    days: list(record({ day, ...money })),
    messages: list(record({ day, limit: maybe(whole, 'null: no limit'), reserved: { ...whole }, sent: { ...whole } })),
  }),
  Pacing: partial(
    {
      campaignId: text,
      currency: { ...text, description: 'ISO 4217' },
      timeZone: { ...text, description: 'IANA zone of the days' },
      asOf: instant,
      period: { ...record({ firstDay: day, lastDay: day }), nullable: true },
      messages: { ...whole, description: 'messages a provider took' },
      ...RETURN_FIELDS,
      recommendation: { type: 'string', enum: [...PACING_RECOMMENDATIONS] },
      explanation: text,
      totalMicros: whole,
      phase: { type: 'string', enum: ['before', 'running', 'over'] },
      days: whole,
      elapsedDays: { type: 'number', description: 'the share of today included' },
      idealMicros: { ...whole, description: 'what an even rate would have spent by now' },
      committedMicros: { ...whole, description: 'spent and reserved' },
      pace: {
        type: 'number',
        nullable: true,
        description: 'committed against ideal; null while nothing ought to be spent',
      },
      remainingMicros: whole,
      costPerMessageMicros: maybe(whole, 'average charged; the dearest price while nothing was; null: unknown'),
      suggestedDailyLimit: maybe(whole, 'messages a day that use up what is left, never more; null: no limit follows'),
    },
    [
      ...['campaignId', 'currency', 'timeZone', 'asOf', 'period', 'messages', 'recommendation', 'explanation'],
      ...Object.keys(RETURN_FIELDS),
    ],
  ),
  Suppression: record({
    ...suppression,
    since: { ...instant, description: 'of the reason longest in force' },
    reasons: list(
      partial(
        {
          reason: { type: 'string', enum: [...SUPPRESSION_REASONS] },
          since: instant,
          by: { ...text, description: 'of an operator: the key that asked' },
          note: { ...text, description: 'of an operator: where the reason is kept' },
        },
        ['reason', 'since'],
      ),
    ),
  }),
  SuppressionPage: partial({ items: list(ref('Suppression')), nextCursor: text }, ['items']),
  SuppressionAnswer: record({
    ...suppression,
    status: { type: 'string', enum: ['suppressed', 'lifted', 'unchanged', 'accepted'] },
  }),
};

export const LIFT_REASON_SCHEMA: Schema = { type: 'string', enum: [...LIFT_REASONS] };
