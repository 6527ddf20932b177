import { CHANNELS, DECISION_STEPS } from '@homing/contracts';
import { UNKNOWABLE } from '@homing/domain';
import { MOST_DECISIONS } from '../simulate-policies/simulate.body.js';
import { flag, instant, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
const step = { type: 'string', enum: [...DECISION_STEPS] };
const count = { ...whole, minimum: 0 };
const cost = record({ currency: text, micros: whole });
const kinds = ['contacted_now', 'refused_now', 'other_channel', 'moved', 'other_cost', 'other_reason'];
const outcome: Schema = {
  oneOf: [
    record({ kind: { type: 'string', enum: ['contacted'] }, channel, at: instant, cost, also: list(channel) }, [
      'also',
    ]),
    record({ kind: { type: 'string', enum: ['refused'] }, step, reason: text }),
  ],
};
const side = {
  contacted: count,
  refused: count,
  people: { ...count, description: 'contacted at least once' },
  byChannel: { type: 'object', additionalProperties: count },
  refusals: { ...list(record({ step, reason: text, count })), description: 'most frequent first' },
  worstCase: { ...list(cost), description: 'reserved for all contacts, each at its worst case' },
  byHour: {
    ...list(count),
    minItems: 24,
    maxItems: 24,
    description: 'contacts by the hour (UTC) they are planned for',
  },
};

export const SIMULATION_SCHEMAS: Readonly<Record<string, Schema>> = {
  Simulation: partial(
    {
      policy: {
        oneOf: [ref('TenantSettings'), ref('CampaignSettings')],
        description: 'the candidate: what `PUT /policies` takes; with `campaignId` the campaign’s settings as a whole',
      },
      campaignId: { ...text, description: 'the caller’s own id of it' },
      from: { ...instant, description: 'decided from this instant on' },
      to: { ...instant, description: 'decided before this one' },
      limit: { ...whole, minimum: 1, maximum: MOST_DECISIONS, default: MOST_DECISIONS },
      examples: { ...whole, minimum: 0, maximum: 1_000, default: 20 },
    },
    ['policy', 'from', 'to'],
  ),
  SimulationResult: record(
    {
      from: instant,
      to: instant,
      campaignId: text,
      complete: { ...flag, description: 'false: the period holds more decisions than `limit`' },
      nextFrom: { ...instant, description: 'when the first decision that was left out was taken' },
      decisions: { ...count, description: 'compared; both sides count these' },
      replayed: { ...count, description: 'of them taken again; the rest are counted as they happened' },
      ofOtherCampaigns: { ...count, description: 'held as they happened, not compared' },
      then: record({
        ...side,
        taken: { ...list(cost), description: 'worst case of what providers took, without retries' },
      }),
      now: record(side),
      changes: record(Object.fromEntries(['same', ...kinds].map((kind) => [kind, count]))),
      moved: record({
        ...{ earlier: count, later: count },
        byHours: { ...list(record({ hours: whole, count })), description: 'whole hours; beyond a week at its end' },
      }),
      limits: {
        ...list(record({ step, reason: text, then: count, now: count, people: count })),
        description: 'caps, look-backs, budgets and limits that refused on either side',
      },
      examples: list(
        record({
          outreachId: uuid,
          decidedAt: instant,
          kind: { type: 'string', enum: kinds },
          then: outcome,
          now: outcome,
        }),
      ),
      cannotKnow: list(record({ code: { type: 'string', enum: Object.keys(UNKNOWABLE) }, count, detail: text })),
      policyVersions: list(record({ version: text, count })),
    },
    ['campaignId', 'nextFrom'],
  ),
};
