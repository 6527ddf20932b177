import { LocalStack } from '@homing/testing/local-stack';

/** What differs from `npm start`: one key asks more than any caller may. Everything about durability stays as it is shipped. */
const settings = {
  NODE_ENV: 'development',
  RATE_LIMIT_PER_SECOND: '100000',
  RATE_LIMIT_BURST: '100000',
};

/** The shipped processes under measurement; `stop` in any case. */
export async function startBenchStack(wish: StackWish): Promise<LocalStack> {
  const stack = await LocalStack.start({ environment: { ...settings, ...wish.environment }, args: ['--no-demo'] });
  try {
    await stack.behave({ webhook: { gatherMs: wish.gatherMs } });
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

export interface StackWish {
  /** How long the simulated provider gathers events before it posts them, milliseconds. */
  readonly gatherMs: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What an acknowledged write survives here, as the stack is started; told beside every figure. */
export const DURABILITY = {
  postgres: 'fsync on, synchronous_commit on (two servers: events; vault and read)',
  jetstream: 'file storage, AES, sync_interval always (nats-server 2.10 and newer), one replica',
  eventStore: 'event-store-dev on Postgres: an append is answered after its commit',
  simulator: 'the ledger is fsynced before the provider answers',
} as const;
