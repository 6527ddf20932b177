import pg from 'pg';

export interface LeadershipOptions {
  /** To the database whose writers take turns. */
  readonly connectionString: string;
  /** What is led: one leader for each name and database. */
  readonly name: string;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

export interface Leadership {
  /** Aborted when the session that holds the lock is gone: somebody else may lead from now on. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Waits until this process is the only leader: a session-wide advisory lock on a connection of its own. A leader that dies lets
 * go at once. One that is frozen, or cut off from the database, keeps the lock until the database notices (about 30 s); the
 * checkpoint's epoch fences its writes after that. Rejects when the database cannot be reached or `signal` aborts.
 */
export async function holdLeadership({ connectionString, name, signal }: LeadershipOptions): Promise<Leadership> {
  signal.throwIfAborted();
  const noticing = { connectionTimeoutMillis: 5_000, keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
  const client = new pg.Client({ connectionString, ...noticing });
  const gone = new AbortController();
  for (const event of ['error', 'end'] as const) client.on(event, () => gone.abort());
  const giveUp = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await client.connect();
    await client.query('set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4');
    await client.query('select pg_advisory_lock(hashtext($1))', [`homing.leader.${name}`]);
    signal.throwIfAborted();
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  return { lost: gone.signal, release: () => client.end().catch(() => undefined) };
}
