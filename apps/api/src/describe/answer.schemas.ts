import { CHANNELS, DECISION_STEPS, SELECTION_FACTORS } from '@homing/contracts';
import { OUTREACH_STATES } from '../read-outreach/outreach.states.js';
import { ANALYTICS_SCHEMAS } from './analytics.schemas.js';
import { BATCH_SCHEMAS } from './batch.schemas.js';
import { DEAD_LETTER_SCHEMAS } from './dead-letter.schemas.js';
import { INBOUND_SCHEMAS } from './inbound.description.js';
import { TIMELINE_EVENT } from './timeline.schema.js';
import { SEND_TIMES_SCHEMAS } from './send-times.description.js';
import { chainStep, SEQUENCE_SCHEMAS } from './sequence.schemas.js';
import { ASSISTED_SCHEMAS } from './assisted.schemas.js';
import { LEAD_RUN_SCHEMAS } from './lead-run.description.js';
import { LEAD_SCHEMAS } from './leads.description.js';
import { CONSENT_SCHEMAS } from './consents.schemas.js';
import { SETTINGS_SCHEMAS } from './settings.schemas.js';
import { SIMULATION_SCHEMAS } from './simulation.schemas.js';
import { WEBHOOK_SCHEMAS } from './webhooks.description.js';
import { flag, instant, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };
const share = { type: 'number', minimum: 0, maximum: 1 };
/** 64 bits: a decimal string. */
const big = { type: 'string', pattern: '^\\d+$' };

const step = { type: 'string', enum: [...DECISION_STEPS] };
const refusal = record({ step, reason: text });
const attempt = partial(
  {
    attempt: whole,
    state: text,
    provider: text,
    startedAt: instant,
    providerMessageId: text,
    answeredAt: instant,
    unknownSince: instant,
    class: text,
    code: text,
  },
  ['attempt', 'state', 'provider', 'startedAt'],
);
const eachFactor = (of: Schema): Schema => record(Object.fromEntries(SELECTION_FACTORS.map((factor) => [factor, of])));
const factorScore = record({ raw: share, contribution: share });
const listed = {
  outreachId: uuid,
  state: { type: 'string', enum: [...OUTREACH_STATES] },
  recipient: partial({ contacts: list(record({ channel, mask: text })), erased: flag }, ['contacts']),
  channelUsed: channel,
  messageType: text,
  urgency: text,
  strategy: text,
  via: { type: 'string', enum: ['bus', 'api'] },
  acceptedAt: instant,
  decidedAt: instant,
  sendAt: instant,
  sentAt: instant,
  deliveredAt: instant,
  openedAt: instant,
  clickedAt: instant,
  respondedAt: instant,
  settledAt: instant,
  expiresAt: instant,
  outcome: text,
  reason: text,
  confidence: share,
  cost: ref('Money'),
};

/** What this API answers with, by name. The integration tests hold every real answer against these. */
export const ANSWER_SCHEMAS: Readonly<Record<string, Schema>> = {
  ...BATCH_SCHEMAS,
  ...DEAD_LETTER_SCHEMAS,
  ...ASSISTED_SCHEMAS,
  ...INBOUND_SCHEMAS,
  ...CONSENT_SCHEMAS,
  ...SETTINGS_SCHEMAS,
  ...ANALYTICS_SCHEMAS,
  ...LEAD_SCHEMAS,
  ...LEAD_RUN_SCHEMAS,
  ...SEND_TIMES_SCHEMAS,
  ...SIMULATION_SCHEMAS,
  ...SEQUENCE_SCHEMAS,
  ...WEBHOOK_SCHEMAS,
  Money: record({
    micros: { ...whole, description: 'millionths of the currency' },
    currency: { ...text, description: 'ISO 4217' },
  }),
  Problem: {
    description: 'RFC 9457 problem details',
    ...partial(
      {
        type: text,
        title: text,
        status: whole,
        detail: text,
        instance: text,
        errors: list(record({ field: text, code: text, message: text })),
        requestId: text,
      },
      ['type', 'title', 'status', 'instance'],
    ),
  },
  Decision: partial(
    {
      outreachId: uuid,
      status: { type: 'string', enum: ['scheduled', 'refused', 'duplicate', 'accepted'] },
      channel,
      sendAt: instant,
      fallbackChain: list(channel),
      chain: {
        description: 'the steps in their order; not where one message by the best channel was asked for',
        ...list(
          record(
            {
              ...chainStep(channel),
              state: { type: 'string', enum: ['planned', 'in_reserve', 'passed_over'] },
              reason: { ...text, description: 'why it has its place, or why it was passed over' },
            },
            ['template'],
          ),
        ),
      },
      cost: ref('Money'),
      confidence: share,
      explanation: text,
      refusal,
      messageId: text,
      duplicateOf: uuid,
    },
    ['outreachId', 'status', 'fallbackChain', 'explanation'],
  ),
  ListedOutreach: partial(listed, ['outreachId', 'state', 'recipient']),
  OutreachPage: partial({ items: list(ref('ListedOutreach')), nextCursor: text }, ['items']),
  Delivery: partial(
    {
      deliveryId: text,
      leg: whole,
      channel,
      state: text,
      retryCount: whole,
      provider: text,
      sendAt: instant,
      expiresAt: instant,
      closedReason: text,
      closedAt: instant,
      attempts: list(attempt),
    },
    ['deliveryId', 'leg', 'channel', 'state', 'retryCount', 'attempts'],
  ),
  TimelineEvent: TIMELINE_EVENT,
  Explanation: partial(
    {
      sentence: text,
      policyVersion: text,
      decidedAt: instant,
      steps: list(
        partial(
          {
            step,
            outcome: { type: 'string', enum: ['passed', 'refused', 'not_applicable'] },
            code: text,
            facts: { type: 'object' },
          },
          ['step', 'outcome', 'code'],
        ),
      ),
      ranked: list(
        record({ channel, rank: whole, score: share, reason: text, factors: eachFactor(factorScore) }, ['factors']),
      ),
      excluded: list(record({ channel, reason: text })),
      chain: {
        description: 'the steps as the decision pinned them',
        ...partial(
          {
            strategy: text,
            sequence: record({ name: text, version: whole }),
            steps: list(partial({ ...chainStep(channel), because: text }, ['step', 'channel', 'waitHours', 'until'])),
          },
          ['strategy', 'steps'],
        ),
      },
      selection: {
        description: 'how the channel was chosen; not of decisions before scores had factors',
        ...record({ weights: eachFactor(share), exploration: share, probability: share, recommendations: list(text) }, [
          'probability',
        ]),
      },
      refusal,
    },
    ['sentence', 'policyVersion', 'decidedAt', 'steps', 'ranked', 'excluded'],
  ),
  Outreach: partial(
    {
      ...listed,
      deliveries: list(ref('Delivery')),
      timeline: list(ref('TimelineEvent')),
      explanation: { nullable: true, allOf: [ref('Explanation')] },
    },
    ['outreachId', 'state', 'recipient', 'deliveries', 'timeline', 'explanation'],
  ),
  CampaignStatus: record({
    campaignId: text,
    status: { type: 'string', enum: ['active', 'paused', 'stopped'] },
    completed: { ...flag, description: 'somebody was to be reached, and nothing is pending or unknown any more' },
    audience: whole,
    sent: whole,
    skipped: whole,
    failed: whole,
    pending: whole,
    unknown: whole,
    refused: whole,
    states: { type: 'object', additionalProperties: whole },
    reasons: list(
      partial({ bucket: text, step: { ...text, nullable: true }, reason: text, count: whole }, [
        'bucket',
        'reason',
        'count',
      ]),
    ),
  }),
  UnknownOutcomePage: partial(
    {
      items: list(
        partial(
          {
            deliveryId: text,
            attempt: whole,
            outreachId: uuid,
            channel,
            provider: text,
            providerMessageId: text,
            startedAt: instant,
            unknownSince: instant,
            ageSeconds: whole,
            settles: {
              description: 'what ends it by itself: asking the provider, and being taken for sent',
              ...partial({ nextLookUpAt: instant, assumedSentAt: instant }, []),
            },
          },
          [
            'deliveryId',
            'attempt',
            'outreachId',
            'channel',
            'provider',
            'startedAt',
            'unknownSince',
            'ageSeconds',
            'settles',
          ],
        ),
      ),
      nextCursor: text,
    },
    ['items'],
  ),
  Cancellation: record({
    outreachId: uuid,
    status: { type: 'string', enum: ['cancelled', 'nothing_to_cancel', 'accepted'] },
    deliveries: list(record({ deliveryId: text, channel, state: text })),
  }),
  SettledOutcome: partial(
    {
      deliveryId: text,
      attempt: whole,
      status: { type: 'string', enum: ['settled', 'accepted'] },
      state: { ...text, description: 'of the attempt, now' },
    },
    ['deliveryId', 'attempt', 'status'],
  ),
  Transition: partial(
    {
      tenantId: uuid,
      outreachId: uuid,
      transition: text,
      position: big,
      revision: big,
      occurredAt: instant,
      deliveryId: text,
      leg: whole,
      channel,
      attempt: whole,
      reason: text,
    },
    ['tenantId', 'outreachId', 'transition', 'position', 'revision', 'occurredAt'],
  ),
};
