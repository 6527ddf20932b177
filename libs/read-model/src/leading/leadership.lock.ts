import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { leaderLock } from './leader.holders.js';
import { LEASE_TIMING, LeaseClock, type LeaseTiming } from './lease.clock.js';

export interface LeadershipOptions {
  /** To the database whose writers take turns. Not through a transaction-mode pooler: the lock is a session's. */
  readonly connectionString: string;
  /** What is led: one leader for each name and database. */
  readonly name: string;
  /** Names this process in `pg_stat_activity`. Default `homing`. */
  readonly instance?: string;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Another leads: this one waits from now on. */
  readonly onWait?: () => void;
  readonly timing?: Partial<LeaseTiming>;
}

export interface Leadership {
  /** Aborted when the lease is over: somebody else may lead from now on. */
  readonly lost: AbortSignal;
  /**
   * False from the moment the lease is over, also in a process that was frozen and has just woken. Ask before every act that only
   * a leader should do; what cannot bear an act of a former leader that froze between this question and the act needs a fence of
   * its own (an exact revision, the checkpoint's epoch).
   */
  held(): boolean;
  release(): Promise<void>;
}

/**
 * Waits until this process is the only leader: an advisory lock of a session of its own, and a lease on it. A leader that dies lets
 * go at once. One that is frozen, or cut off without a word, is silent: after `silenceMs` the database ends its session, and so
 * its lock; by its own clock it has stopped before that (`holdMs`). Rejects when the database cannot be reached or `signal` aborts.
 */
export async function holdLeadership(options: LeadershipOptions): Promise<Leadership> {
  const { signal } = options;
  const timing = { ...LEASE_TIMING, ...options.timing };
  signal.throwIfAborted();
  const client = sessionOf(options, timing);
  const gone = new AbortController();
  for (const event of ['error', 'end'] as const) client.on(event, () => gone.abort());
  try {
    await client.connect();
    await client.query(`set idle_session_timeout = ${Math.ceil(timing.silenceMs)}`);
    let askedAt = performance.now();
    for (let tries = 0; !(await taken(client, options.name)); tries += 1) {
      if (tries === 0) options.onWait?.();
      await pause(timing.tryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      askedAt = performance.now();
    }
    signal.throwIfAborted();
    return keep({ client, gone: gone.signal, timing, clock: new LeaseClock(timing.holdMs, askedAt) });
  } catch (error) {
    await close(client);
    throw error;
  }
}

/** A standby asks again and again instead of waiting in the lock's queue: a frozen one in the queue would be given the lock. */
async function taken(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock(hashtext($1)) as taken', [
    leaderLock(name),
  ]);
  return rows[0]?.taken === true;
}

const sessionOf = ({ connectionString, instance = 'homing' }: LeadershipOptions, { holdMs }: LeaseTiming): pg.Client =>
  new pg.Client({
    connectionString,
    application_name: instance,
    connectionTimeoutMillis: 5_000,
    query_timeout: holdMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });

interface Kept {
  readonly client: pg.Client;
  readonly gone: AbortSignal;
  readonly timing: LeaseTiming;
  readonly clock: LeaseClock;
}

function keep({ client, gone, timing, clock }: Kept): Leadership {
  const beat = async (): Promise<void> => {
    while (!clock.lost.aborted) {
      const sentAt = performance.now();
      await client.query('select 1');
      clock.renew(sentAt);
      await pause(timing.beatMs, undefined, { signal: clock.lost });
    }
  };
  gone.addEventListener('abort', () => clock.end(), { once: true });
  if (gone.aborted) clock.end();
  // Whatever ends the lease ends the session too, so that nobody waits for a leader that has stopped.
  const over = beat()
    .catch(() => undefined)
    .then(() => clock.end());
  clock.lost.addEventListener('abort', () => void close(client), { once: true });
  return {
    lost: clock.lost,
    held: () => clock.held(),
    release: async () => {
      clock.end();
      await Promise.all([over, close(client)]);
    },
  };
}

const farewellMs = 1_000;

/** Ends the session, politely where the other side still listens. Safe to repeat. */
async function close(client: pg.Client): Promise<void> {
  const polite = client.end().catch(() => undefined);
  const late = new AbortController();
  const limit = pause(farewellMs, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([polite, limit]);
  late.abort();
  client.connection.stream.destroy();
}
