import { CHANNELS } from '@homing/contracts';
import { ASSISTED_TASK_STATES } from '@homing/read-model';
import { flag, instant, list, partial, text, uuid, whole, type Schema } from './schema.parts.js';

const channel = { type: 'string', enum: [...CHANNELS] };

const assistedTask = {
  id: { ...text, description: 'delivery and attempt' },
  deliveryId: text,
  attempt: whole,
  outreachId: uuid,
  campaignKey: text,
  channel,
  provider: text,
  reason: { ...text, description: 'why no machine may send it: a code' },
  state: { type: 'string', enum: [...ASSISTED_TASK_STATES] },
  requestedAt: instant,
  expiresAt: instant,
  worker: {
    ...text,
    description: 'who has it in hand, in their own word; nobody else is shown it before `claimedUntil`',
  },
  claimedUntil: instant,
  despite: {
    ...text,
    description:
      'of `sent`: why nobody was to send it any more by then (`expired`, `suppressed`, `cancelled`, `not_sent` …)',
  },
  openedBy: { ...text, description: 'the key that was shown the text last' },
  endedAt: instant,
  endedBy: text,
  closedReason: text,
};
const assistedTaskAlways = [
  'id',
  'deliveryId',
  'attempt',
  'outreachId',
  'channel',
  'provider',
  'reason',
  'state',
  'requestedAt',
  'expiresAt',
] as const;

/** Messages that a person sends by hand. */
export const ASSISTED_SCHEMAS: Readonly<Record<string, Schema>> = {
  AssistedTaskPage: partial({ items: list(partial(assistedTask, assistedTaskAlways)), nextCursor: text }, ['items']),
  AssistedTask: partial(
    {
      ...assistedTask,
      message: {
        description: 'what to send, in clear: personal data; there while the task is open',
        ...partial(
          {
            channel,
            to: partial({ address: text, name: text }, ['address']),
            from: partial({ address: text, name: text }, ['address']),
            replyTo: text,
            subject: text,
            text: { ...text, description: 'ready to copy' },
            approach: { type: 'string', enum: ['message', 'connection_request'] },
          },
          ['channel', 'to', 'from', 'text'],
        ),
      },
    },
    assistedTaskAlways,
  ),
  AssistedTaskResult: partial(
    {
      id: text,
      state: { type: 'string', enum: ['sent', 'not_sent', 'declined'] },
      at: instant,
      despite: { ...text, description: 'sent although nobody was to any more: why not; it counts and costs as sent' },
      repeated: { ...flag, description: 'it had been said before, under the same `Idempotency-Key`' },
    },
    ['id', 'state', 'at', 'repeated'],
  ),
};
