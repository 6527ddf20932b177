import { CHANNELS, DECISION_STEPS } from '@homing/contracts';
import { instant, list, record, text, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
const share = (of: string) => ({ type: 'number', minimum: 0, maximum: 1, nullable: true, description: of });
const rank = { ...whole, description: 'place in the plan; 1 is the first choice' };
const came = {
  tried: { ...whole, description: 'deliveries that were begun' },
  delivered: { ...whole, description: 'of these: reached the person' },
  engaged: { ...whole, description: 'of these: opened, read, clicked or answered by a person' },
  deliveredShare: share('of those that were begun; null: none was'),
  engagedShare: share('of those that were begun; null: none was'),
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
    refused: list(record({ step: { type: 'string', enum: [...DECISION_STEPS] }, reason: text, count: whole })),
    depth: list(
      record({
        legs: { ...whole, description: 'deliveries that were begun until the outreach settled' },
        count: whole,
      }),
    ),
    success: list(record({ rank, ...came, channels: list(record({ channel, ...came })) })),
  }),
};
