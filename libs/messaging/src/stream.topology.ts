import {
  BUS_STREAMS,
  CONTACT_COMMAND,
  CONVERSION_REPORTED,
  INBOUND_RECEIVED,
  OUTREACH_COMMAND,
  OUTREACH_REQUESTED,
  STORE_MARK,
  WEBHOOK_HEALTH,
  WEBHOOK_KEYS,
  WEBHOOK_SEEN,
} from '@homing/contracts';
import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

export interface TopologyOptions {
  /** Copies of each stream: 1, 3 or 5. Default 1. */
  readonly replicas?: number;
  /** Bytes for all streams together, default 4 GiB. A full stream refuses publishers; only EVENTS and DEADLETTERS drop their oldest. */
  readonly storageBytes?: number;
}

/** The server did not make a stream as asked (too old, or a setting that cannot be changed afterwards). For the operator. */
export class TopologyError extends Error {
  readonly safeMessage = true;
  readonly code = 'BUS_TOPOLOGY';

  constructor(stream: string, fields: readonly string[]) {
    super(`stream ${stream} differs from what was asked in ${fields.join(', ')}`);
    this.name = 'TopologyError';
  }
}

const hour = 3_600_000;
const day = 24 * hour;
const kB = 1024;
const { outreach, dispatch, signals, events, deadLetters, marks, webhookKeys, webhookSeen, webhookHealth } =
  BUS_STREAMS;
const latestOnly = { retention: RetentionPolicy.Limits, repeatWindow: 120_000, perSubject: 1 };

/**
 * Full streams refuse publishers rather than drop what they hold, but for those of marks and of what webhooks were seen, and two which must not hold up what happens now: EVENTS,
 * whose oldest stand in the read model all the same, and DEADLETTERS, which holds only what was never accepted. While a
 * letter cannot be stored its message stays undone, and enough of those would stop a consumer.
 *
 * A message takes at most 1 MiB, headers included, a request 512 kB; a dead letter what any message may take, and its seal and
 * headers.
 *
 * `share` of the storage; times in milliseconds. Within `repeatWindow` a repeated message id is stored once. */
const wanted = [
  {
    name: outreach,
    subjects: [OUTREACH_REQUESTED, OUTREACH_COMMAND, CONTACT_COMMAND, CONVERSION_REPORTED],
    retention: RetentionPolicy.Workqueue,
    share: 0.3,
    repeatWindow: 600_000,
    largest: 512 * kB,
  },
  {
    name: dispatch,
    subjects: ['delivery.dispatch.*', 'delivery.lookup.*'],
    retention: RetentionPolicy.Workqueue,
    share: 0.1,
    repeatWindow: 120_000,
  },
  {
    name: signals,
    subjects: ['provider.signal.*', 'provider.inbound.*'],
    retention: RetentionPolicy.Workqueue,
    share: 0.2,
    repeatWindow: 120_000,
  },
  {
    name: events,
    subjects: ['event.outreach.>', INBOUND_RECEIVED],
    retention: RetentionPolicy.Limits,
    share: 0.327,
    repeatWindow: 120_000,
    keep: 7 * day,
    whenFull: DiscardPolicy.Old,
  },
  {
    name: deadLetters,
    subjects: ['deadletter.>'],
    retention: RetentionPolicy.Limits,
    share: 0.05,
    repeatWindow: 120_000,
    keep: 30 * day,
    largest: (1024 + 64) * kB,
    whenFull: DiscardPolicy.Old,
  },
  {
    // The last message of each subject, and no other.
    name: marks,
    subjects: [STORE_MARK],
    retention: RetentionPolicy.Limits,
    share: 0.001,
    repeatWindow: 120_000,
    largest: 4 * kB,
    whenFull: DiscardPolicy.Old,
    perSubject: 1,
  },
  // Full, it refuses: no account is forgotten for another.
  { ...latestOnly, name: webhookKeys, subjects: [WEBHOOK_KEYS], share: 0.005, largest: 64 * kB },
  // Longer than any signature without a body is taken.
  {
    ...latestOnly,
    name: webhookSeen,
    subjects: [WEBHOOK_SEEN],
    share: 0.015,
    largest: kB,
    keep: 26 * hour,
    whenFull: DiscardPolicy.Old,
  },
  {
    ...latestOnly,
    name: webhookHealth,
    subjects: [WEBHOOK_HEALTH],
    share: 0.002,
    largest: 64 * kB,
    keep: 7 * day,
    whenFull: DiscardPolicy.Old,
  },
];

/** What is asked of the server, in settings that NATS 2.9 knows. */
export function streamConfigs(options: TopologyOptions = {}) {
  const { replicas = 1, storageBytes = 4 * 1024 ** 3 } = options;
  return wanted.map(({ name, subjects, retention, share, repeatWindow, keep, largest, whenFull, perSubject }) => ({
    name,
    subjects,
    retention,
    storage: StorageType.File,
    discard: whenFull ?? DiscardPolicy.New,
    max_bytes: Math.floor(storageBytes * share),
    max_age: keep ? nanos(keep) : 0,
    max_msg_size: largest ?? 1024 * kB,
    duplicate_window: nanos(repeatWindow),
    num_replicas: replicas,
    ...(perSubject === undefined ? {} : { max_msgs_per_subject: perSubject }),
  }));
}

/** Consumers of former releases. On a work queue one of them would keep its follower from being made, and keep its messages. */
const retired = [{ stream: signals, durable: 'orchestrator-signals-sendgrid' }];

/** Removes what former releases pulled with: what it had not acknowledged is given to its follower. Safe to repeat. */
export async function retireConsumers(manager: Pick<JetStreamManager, 'consumers'>): Promise<string[]> {
  const gone: string[] = [];
  for (const { stream, durable } of retired)
    if (await manager.consumers.delete(stream, durable).catch(orMissing)) gone.push(durable);
  return gone;
}

/**
 * Makes or mends the streams and checks what the server made of it. Safe to repeat and to run from several services at once.
 * Returns the names of streams it made. Throws `TopologyError`, or the client's error when the server does not answer.
 */
export async function ensureStreams(manager: JetStreamManager, options: TopologyOptions = {}): Promise<string[]> {
  const made: string[] = [];
  for (const config of streamConfigs(options)) if (await ensureStream(manager, config)) made.push(config.name);
  return made;
}

/** From here on it is said that a stream which drops its oldest is about to. */
const nearlyFull = 0.8;

/** How full the dead letters are, when letters are about to be dropped for new ones. */
export async function fullDeadLetters(
  manager: JetStreamManager,
): Promise<{ messages: number; bytes: number } | undefined> {
  const { state, config } = await manager.streams.info(deadLetters);
  const { messages, bytes } = state;
  return config.max_bytes > 0 && bytes > nearlyFull * config.max_bytes ? { messages, bytes } : undefined;
}

type Wanted = ReturnType<typeof streamConfigs>[number];

async function ensureStream(manager: JetStreamManager, asked: Wanted): Promise<boolean> {
  const existing = await manager.streams.info(asked.name).catch(orMissing);
  const config = existing ? atLeast(asked, existing.config) : asked;
  if (existing && differences(config, existing.config).length === 0) return false;
  const fixed = existing
    ? differences(config, existing.config).filter((field) => field === 'retention' || field === 'storage')
    : [];
  if (fixed.length > 0) throw new TopologyError(config.name, fixed);
  const { config: actual } = existing
    ? await manager.streams.update(config.name, config)
    : await manager.streams.add(config);
  const wrong = differences(config, actual);
  if (wrong.length > 0) throw new TopologyError(config.name, wrong);
  return !existing;
}

/** What an operator has raised (copies, room, time) is never lowered again by a service that starts. */
const atLeast = (asked: Wanted, { num_replicas, max_bytes, max_age }: StreamConfig): Wanted => ({
  ...asked,
  num_replicas: Math.max(asked.num_replicas, num_replicas),
  max_bytes: max_bytes < 0 ? max_bytes : Math.max(asked.max_bytes, max_bytes),
  max_age: asked.max_age === 0 ? 0 : Math.max(asked.max_age, max_age),
});

const differences = (config: Wanted, actual: StreamConfig): string[] =>
  (Object.keys(config) as (keyof Wanted)[]).filter(
    (field) => JSON.stringify(config[field]) !== JSON.stringify(actual[field]),
  );

/** Settings in which a stream is not as asked for; its size, age and copies are its operator's. */
export const differencesFrom = (asked: Wanted, actual: StreamConfig): string[] =>
  differences({ ...atLeast(asked, actual), max_bytes: actual.max_bytes }, actual);

/** For `catch`: undefined for "no such stream" and "no such consumer", anything else is thrown on. */
export function orMissing(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.status === 404) return undefined;
  throw error;
}
