import { LocalStack } from '@homing/testing/local-stack';

/** What differs from `npm start`: one key asks more than any caller may. Everything about durability stays as it is shipped. */
const settings = {
  NODE_ENV: 'development',
  RATE_LIMIT_PER_SECOND: '100000',
  RATE_LIMIT_BURST: '100000',
};

/** The shipped processes under measurement; `stop` in any case. */
export async function startBenchStack(environment: Readonly<Record<string, string>> = {}): Promise<LocalStack> {
  return LocalStack.start({ environment: { ...settings, ...environment }, args: ['--no-demo'] });
}

/** What an acknowledged write survives here, as the stack is started; told beside every figure. */
export const DURABILITY = {
  postgres: 'fsync on, synchronous_commit on (two servers: events; vault and read)',
  jetstream: 'file storage, AES, sync_interval always (nats-server 2.10 and newer), one replica',
  eventStore: 'event-store-dev on Postgres: an append is answered after its commit',
  simulator: 'the ledger is fsynced before the provider answers',
} as const;
