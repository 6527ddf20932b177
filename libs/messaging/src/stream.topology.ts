import { BUS_STREAMS, OUTREACH_REQUESTED } from '@homing/contracts';
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
  /** Bytes for all streams together, default 4 GiB. A full stream refuses publishers; it never drops what it holds. */
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

const day = 24 * 3_600_000;
const { outreach, dispatch, signals, events, deadLetters } = BUS_STREAMS;

/**
 * Full streams refuse publishers rather than drop what they hold, but for EVENTS: its oldest can be published again from the
 * projection, and a full one must not hold up what happens now.
 *
 * `share` of the storage; times in milliseconds. Within `repeatWindow` a repeated message id is stored once. */
const wanted = [
  {
    name: outreach,
    subjects: [OUTREACH_REQUESTED],
    retention: RetentionPolicy.Workqueue,
    share: 0.3,
    repeatWindow: 600_000,
  },
  {
    name: dispatch,
    subjects: ['delivery.dispatch.*'],
    retention: RetentionPolicy.Workqueue,
    share: 0.1,
    repeatWindow: 120_000,
  },
  {
    name: signals,
    subjects: ['provider.signal.*'],
    retention: RetentionPolicy.Workqueue,
    share: 0.2,
    repeatWindow: 120_000,
  },
  {
    name: events,
    subjects: ['event.outreach.>'],
    retention: RetentionPolicy.Limits,
    share: 0.35,
    repeatWindow: 120_000,
    keep: 7 * day,
  },
  {
    name: deadLetters,
    subjects: ['deadletter.>'],
    retention: RetentionPolicy.Limits,
    share: 0.05,
    repeatWindow: 120_000,
    keep: 30 * day,
  },
];

/** What is asked of the server, in settings that NATS 2.9 knows. */
export function streamConfigs(options: TopologyOptions = {}) {
  const { replicas = 1, storageBytes = 4 * 1024 ** 3 } = options;
  return wanted.map(({ name, subjects, retention, share, repeatWindow, keep }) => ({
    name,
    subjects,
    retention,
    storage: StorageType.File,
    discard: name === events ? DiscardPolicy.Old : DiscardPolicy.New,
    max_bytes: Math.floor(storageBytes * share),
    max_age: keep ? nanos(keep) : 0,
    max_msg_size: 1024 * 1024,
    duplicate_window: nanos(repeatWindow),
    num_replicas: replicas,
  }));
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

type Wanted = ReturnType<typeof streamConfigs>[number];

async function ensureStream(manager: JetStreamManager, config: Wanted): Promise<boolean> {
  const existing = await manager.streams.info(config.name).catch(orMissing);
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

const differences = (config: Wanted, actual: StreamConfig): string[] =>
  (Object.keys(config) as (keyof Wanted)[]).filter(
    (field) => JSON.stringify(config[field]) !== JSON.stringify(actual[field]),
  );

/** For `catch`: undefined for "no such stream" and "no such consumer", anything else is thrown on. */
export function orMissing(error: unknown): undefined {
  if (error instanceof JetStreamApiError && error.status === 404) return undefined;
  throw error;
}
