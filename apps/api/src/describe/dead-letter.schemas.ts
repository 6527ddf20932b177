import { DEAD_LETTER_STATES, POISON_REASONS } from '@homing/contracts';
import { instant, flag, list, partial, record, ref, text, uuid, whole, type Schema } from './schema.parts.js';

const ended = DEAD_LETTER_STATES.filter((state) => state !== 'open');
const resolution = partial(
  {
    state: { type: 'string', enum: ended },
    resolvedAt: instant,
    resolvedBy: { ...text, description: 'id of the API key; `desk` or nobody where it ended by itself' },
    reason: text,
    outreachId: { ...uuid, description: 'what a replayed request became' },
  },
  ['state', 'resolvedAt'],
);
const letter = {
  id: uuid,
  state: { type: 'string', enum: [...DEAD_LETTER_STATES] },
  tenantId: { ...uuid, description: 'absent where no tenant is known' },
  consumer: { ...text, description: 'who could not handle it' },
  subject: { ...text, description: 'where it was published, or `webhook.<provider>`' },
  stream: text,
  sequence: text,
  reason: { type: 'string', enum: Object.keys(POISON_REASONS) },
  explanation: { ...text, description: 'the reason as a sentence' },
  faults: list(record({ path: text, code: text })),
  size: { ...whole, description: 'bytes the message had' },
  digest: { ...text, description: 'SHA-256 in hex, where the content was too large to be kept' },
  storedAt: { ...instant, description: 'when the message was' },
  buriedAt: { ...instant, description: 'when it was given up' },
  expiresAt: { ...instant, description: 'when its content is gone at the latest' },
  repairable: { ...flag, description: 'a repaired body may be given when it is replayed' },
  resolution,
};
const always = ['id', 'state', 'consumer', 'subject', 'reason', 'faults', 'size', 'storedAt', 'buriedAt', 'expiresAt'];
const required = [...always, 'repairable'];

/** What the routes of dead letters and unmatched signals answer with, and take. */
export const DEAD_LETTER_SCHEMAS: Readonly<Record<string, Schema>> = {
  DeadLetterPage: partial({ items: list(ref('ListedDeadLetter')), nextCursor: text }, ['items']),
  ListedDeadLetter: partial(letter, required),
  DeadLetter: partial({ ...letter, actions: list(record({ at: instant, actor: text, action: text })) }, [
    ...required,
    'actions',
  ]),
  DeadLetterContent: record({
    id: uuid,
    encoding: { type: 'string', enum: ['json', 'text', 'base64'] },
    content: { description: 'a JSON value, a text, or base64' },
  }),
  Replay: {
    type: 'object',
    additionalProperties: false,
    properties: {
      data: {
        allOf: [ref('OutreachRequest')],
        description: 'what stands in for the message’s data; left out: as it was',
      },
    },
  },
  ResolvedLetter: record({ id: uuid, state: { type: 'string', enum: ended }, resolution }),
  UnmatchedSignalPage: partial(
    {
      items: list(
        partial(
          {
            provider: text,
            providerEventId: text,
            fact: text,
            tenantId: uuid,
            channel: text,
            providerMessageId: text,
            deliveryId: text,
            cause: {
              type: 'string',
              enum: ['unknown_message', 'unknown_outreach', 'unknown_attempt', 'other_tenant'],
            },
            occurredAt: instant,
            receivedAt: instant,
            parkedAt: instant,
            expiresAt: instant,
          },
          [
            'provider',
            'providerEventId',
            'fact',
            'channel',
            'cause',
            'occurredAt',
            'receivedAt',
            'parkedAt',
            'expiresAt',
          ],
        ),
      ),
      counts: record({
        total: whole,
        groups: list(record({ provider: text, cause: text, count: whole })),
      }),
      nextCursor: text,
    },
    ['items', 'counts'],
  ),
};
