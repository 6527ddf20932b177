import { CHANNELS, CONVERSION_KIND, DECISION_STEPS } from '@homing/contracts';
import { instant, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
const share = (of: string) => ({ type: 'number', minimum: 0, maximum: 1, nullable: true, description: of });
const decisionStep = { type: 'string', enum: [...DECISION_STEPS] };
const rank = { ...whole, description: 'place in the plan; 1 is the first choice' };
const came = {
  tried: { ...whole, description: 'deliveries that were begun' },
  delivered: { ...whole, description: 'of these: reached the person' },
  engaged: { ...whole, description: 'of these: opened, read, clicked or answered by a person' },
  deliveredShare: share('of those that were begun; null: none was'),
  engagedShare: share('of those that were begun; null: none was'),
};

const maybe = (schema: Schema, description: string): Schema => ({ ...schema, nullable: true, description });
/** What a campaign's money came to. */
export const RETURN_FIELDS: Readonly<Record<string, Schema>> = {
  conversions: whole,
  valueMicros: { ...whole, description: 'of the conversions that were given a value' },
  costPerConversionMicros: maybe(whole, 'spent / conversions, rounded up; null: nothing is known, or there was none'),
  roi: maybe({ type: 'number' }, '(value - spent) / spent, four decimals; null where nothing was spent'),
};

/** What the routes of analytics answer with. */
export const ANALYTICS_SCHEMAS: Readonly<Record<string, Schema>> = {
  RoutingAnalytics: record({
    from: instant,
    to: { ...instant, description: 'not included' },
    campaignId: { ...text, nullable: true },
    channel: { ...channel, nullable: true },
    decided: { ...whole, description: 'decisions that chose a channel' },
    chosen: list(
      record({ channel, rank, reason: { ...text, description: 'why it stood at this place' }, count: whole }),
    ),
    excluded: list(record({ channel, reason: text, count: whole })),
    refused: list(record({ step: decisionStep, reason: text, count: whole })),
    passedOver: list(record({ channel, rank, step: { ...decisionStep, nullable: true }, reason: text, count: whole })),
    depth: list(
      record({
        legs: { ...whole, description: 'deliveries that were begun until the outreach settled' },
        count: whole,
      }),
    ),
    success: list(record({ rank, ...came, channels: list(record({ channel, ...came })) })),
  }),
  CampaignPerformance: record({
    campaignId: text,
    currency: { ...text, description: 'ISO 4217' },
    asOf: instant,
    messages: { ...whole, description: 'that a provider took; a retry is none of its own' },
    spentMicros: maybe(whole, 'charged by what was sent; null: nothing was ever booked'),
    costPerMessageMicros: maybe(whole, 'spent / messages, rounded up; null: nothing is known, or nothing was sent'),
    ...RETURN_FIELDS,
    kinds: list(record({ kind: text, conversions: whole, valueMicros: whole })),
  }),
  ReportConversion: {
    ...partial(
      {
        conversionId: { ...text, description: 'the same again counts once; default: the `Idempotency-Key`' },
        outreachId: { ...uuid, description: 'or `campaignId` and `recipientId`' },
        campaignId: { ...text, description: 'with `recipientId`: of the last outreach that had reached them' },
        recipientId: text,
        kind: { ...text, pattern: CONVERSION_KIND.source, description: 'such as `purchase`' },
        value: ref('Money'),
        occurredAt: instant,
      },
      ['kind', 'occurredAt'],
    ),
    additionalProperties: false,
  },
  ReportedConversion: partial(
    {
      conversionId: text,
      status: { type: 'string', enum: ['recorded', 'duplicate', 'accepted'] },
      outreachId: { ...uuid, description: 'of which it is' },
    },
    ['conversionId', 'status'],
  ),
};
