// Two gateways, the same dispatch many times over. Real: the shipped processes; the second gateway is one more process with the
// very environment of the first. Played: the provider; its ledger says what was sent.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outreachStream } from '@homing/contracts';
import { freePort } from '@homing/embedded-stores';
import { connectEventStore } from '@homing/event-store';
import { LocalStack, until, type BusClient } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const DELIVERIES = full ? 10 : 5;
const COPIES = full ? 1_000 : 200;
const DISPATCH = 'delivery.dispatch.email';

let stack: LocalStack;
let bus: BusClient;
let second: ChildProcess;
let store: ReturnType<typeof connectEventStore>;

beforeAll(async () => {
  stack = await LocalStack.start();
  bus = await stack.bus('orchestrator');
  store = connectEventStore({ url: stack.env['EVENTSTORE_URL'] ?? '' });
  const port = await freePort();
  second = spawn(process.execPath, [fileURLToPath(new URL('../apps/channel-gateway/dist/main.js', import.meta.url))], {
    env: { ...stack.environmentOf('channel-gateway'), PORT: String(port) },
    stdio: 'ignore',
  });
  await until(async () => (await stack.ready(port - stack.portBase)) === 200, 'the second gateway');
}, 600_000);
afterAll(async () => {
  const gone = once(second, 'exit');
  second.kill('SIGCONT');
  second.kill('SIGTERM');
  await gone;
  await store.dispose();
  await stack.stop();
}, 900_000);

const gateways = () => [stack.pid('channel-gateway'), second.pid ?? 0];
/** Bytes a process has read so far, sockets included. */
const bytesRead = (pid: number): number => Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
const sentFor = async (id: string) => (await stack.ledger()).filter(({ deliveryId }) => deliveryId === `${id}.1`);
const quiet = () => until(async () => (await bus.backlog('dispatch')) === 0, 'every dispatch to be handled');
async function startsOf(id: string): Promise<number> {
  const read = await store.readStream(outreachStream(id));
  return read.kind === 'missing' ? 0 : read.events.filter(({ type }) => type === 'AttemptStarted').length;
}

/** Asks while both gateways are held still; resolves with the dispatches as they lie on the bus. */
async function heldDispatches(
  count: number,
  meanwhile: (dispatches: readonly Dispatch[]) => Promise<void>,
): Promise<Dispatch[]> {
  for (const pid of gateways()) process.kill(pid, 'SIGSTOP');
  try {
    for (let n = 0; n < count; n++) {
      const { status } = await stack.api.send(emailRequest(someone()));
      expect(status).toBe(202);
    }
    const held = await until(async () => {
      const stored = await bus.stored('dispatch');
      return stored.length === count && stored;
    }, 'the dispatches on the bus');
    const dispatches = held.map(({ data }): Dispatch => {
      const { outreachId } = (JSON.parse(Buffer.from(data).toString()) as { data: { outreachId: string } }).data;
      return { outreachId, bytes: data };
    });
    await meanwhile(dispatches);
    return dispatches;
  } finally {
    for (const pid of gateways()) process.kill(pid, 'SIGCONT');
  }
}
interface Dispatch {
  readonly outreachId: string;
  readonly bytes: Uint8Array;
}

/** The same bytes under as many ids: as if the bus had forgotten every one of them. */
async function publishCopies(dispatches: readonly Dispatch[], copies: number, name: string): Promise<void> {
  for (let n = 0; n < copies; n++) {
    await Promise.all(
      dispatches.map(({ bytes, outreachId }) => bus.publish(DISPATCH, bytes, `${name}:${outreachId}:${n}`)),
    );
  }
}

describe('two gateways', () => {
  it(`given each of ${DELIVERIES} dispatches ${COPIES} times send one message each`, async () => {
    const readBefore = gateways().map(bytesRead);
    const dispatches = await heldDispatches(DELIVERIES, (held) => publishCopies(held, COPIES, 'copy'));
    await quiet();
    // Both took their part of the copies: more than a tenth of the bytes went to either.
    const bytes = dispatches.reduce((sum, dispatch) => sum + dispatch.bytes.length * COPIES, 0);
    gateways().forEach((pid, i) => expect(bytesRead(pid) - (readBefore[i] ?? 0)).toBeGreaterThan(bytes / 10));
    for (const { outreachId } of dispatches) {
      expect(await sentFor(outreachId)).toMatchObject([{ attempt: 1 }]);
      expect(await startsOf(outreachId)).toBe(1);
    }

    // Long after the attempt: the same dispatches again.
    const lines = (await stack.ledger()).length;
    await publishCopies(dispatches, Math.ceil(COPIES / 10), 'late');
    await quiet();
    expect(await stack.ledger()).toHaveLength(lines);
  }, 900_000);

  it('given the dispatch of an attempt that was rejected, while the next one waits, send nothing', async () => {
    await stack.behave({ errorRates: { '503': 1 } });
    const [dispatch] = await heldDispatches(1, async () => {});
    const id = dispatch?.outreachId ?? '';
    const rejected = async () => {
      const timeline = (await stack.api.outreach(id))?.timeline ?? [];
      return timeline.some(({ transition }) => transition === 'retrying');
    };
    await until(rejected, 'the retry to be scheduled');
    // From here on the provider would take it.
    await stack.behave({});
    await publishCopies([dispatch as Dispatch], COPIES, 'older');
    await quiet();
    expect(await startsOf(id)).toBe(1);
    expect(await sentFor(id)).toEqual([]);
  }, 600_000);
});
