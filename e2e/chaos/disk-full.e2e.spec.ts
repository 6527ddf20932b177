// A store whose disk is full, under load. Real: the shipped processes, ENOSPC from the kernel (see chaos.disk.fixture.ts).
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LocalStack, until } from '@homing/testing/local-stack';
import { account, type Account } from './chaos.account.fixture.js';
import { FULL, SmallDisks, type FillableStore } from './chaos.disk.fixture.js';
import { killStore, logOf } from './chaos.faults.fixture.js';
import { CHAOS_ENVIRONMENT, ChaosLoad } from './chaos.run.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const STORES: FillableStore[] = full ? ['postgres', 'postgres-events', 'nats'] : ['postgres'];
const COUNT = full ? 600 : 60;

const disks = new SmallDisks();
const figures: Record<string, Account> = {};
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: CHAOS_ENVIRONMENT, prepareHome: disks.prepare });
}, 600_000);
afterAll(async () => {
  process.stdout.write(`${JSON.stringify({ chaos: figures })}\n`);
  await stack.halt().finally(() => disks.unmount());
  await stack.stop();
}, 300_000);

it.each(STORES)(
  'the disk of %s full: nothing acknowledged is lost, and all goes on when there is room',
  async (store) => {
    const load = new ChaosLoad(stack, { name: `full-${store}`, count: COUNT });
    await load.upTo(0.4);
    const said = logOf(stack, store).length;
    disks.fill(stack.home, store, stack.pid(store));
    try {
      void load.upTo(0.8);
      const failed = (): number => logOf(stack, store).slice(said).match(FULL)?.length ?? 0;
      await until(
        () => failed() >= (disks.mounts ? 5 : 1),
        () => `writes of ${store} to fail: ${failed()} did`,
      );
    } finally {
      disks.free(stack.home, store);
    }
    // nats-server gives JetStream up when its disk is full, and takes it back only at a start: the operator's part.
    if (store === 'nats') await killStore(stack, store);
    const accepted = await load.rest();
    figures[`${store} full`] = await account({ stack, accepted });
    expect(accepted.size).toBe(COUNT);
  },
  900_000,
);
