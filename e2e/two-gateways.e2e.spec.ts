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
import { LocalStack, until, type BusClient, type LedgerLine } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const DELIVERIES = full ? 10 : 5;
const COPIES = full ? 1_000 : 200;
const DISPATCH = 'delivery.dispatch.email';
/** Text messages a second, of both gateways together. */
const RATE = 20;
const TEXTS = full ? 2_000 : 160;
/** What a busy machine may take from a gateway's last look at its turn to the provider's ledger, in seconds. */
const ON_THE_WAY_S = 0.5;

let stack: LocalStack;
let bus: BusClient;
let publisher: BusClient;
let second: ChildProcess;
let secondPort: number;
let store: ReturnType<typeof connectEventStore>;

beforeAll(async () => {
  const environment = { CHANNEL_PROVIDERS: 'email:sendgrid;sms:twilio', PROVIDER_RATES: `twilio:${RATE}` };
  stack = await LocalStack.start({ environment: { ...environment, DECISION_WAIT_MS: '30000' } });
  bus = await stack.bus('orchestrator');
  publisher = await stack.bus();
  store = connectEventStore({ url: stack.env['EVENTSTORE_URL'] ?? '' });
  secondPort = await freePort();
  const port = secondPort;
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

/** How many calls a gateway has made to the provider of text messages. */
async function textsBy(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.split('\n').filter((line) => /^homing_provider_call_seconds_count\{.*"twilio"/.test(line));
  return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** The most that any second saw, whenever it began. */
function mostInASecond(lines: readonly LedgerLine[]): number {
  const times = lines.map((line) => Date.parse(String(line['at']))).toSorted((a, b) => a - b);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

describe('two gateways under one rate of a provider', () => {
  it('together never call it more often than that, and send everything', async () => {
    const numbers = Array.from({ length: TEXTS }, (_, n) => `+4915113${String(n).padStart(4, '0')}00`);
    const content = { literal: { sms: { text: 'Hello.' } } };
    const asked = numbers.map((sms) => {
      const recipient = { id: `id-of-${sms}`, contacts: { sms } };
      return publisher.request({
        source: 'texts',
        id: sms,
        data: { tenantId: stack.tenantId, recipient, content, urgency: 'critical' },
      });
    });
    await Promise.all(asked);
    const texts = async () => (await stack.ledger()).filter(({ to }) => numbers.includes(to));
    const lines = await until(async () => (await texts()).length >= TEXTS && texts(), 'every text to be sent');
    expect(lines.map(({ to }) => to).toSorted()).toEqual(numbers);

    // Over the whole of it never more than the rate; in any one second of it, what was held up on the way comes on top.
    const [first, last] = [lines.at(0), lines.at(-1)].map((line) => Date.parse(String(line?.['at'])));
    expect(((last ?? 0) - (first ?? 0)) / 1_000).toBeGreaterThanOrEqual((TEXTS - 1) / RATE - ON_THE_WAY_S);
    expect(mostInASecond(lines)).toBeLessThanOrEqual(RATE * (1 + ON_THE_WAY_S));
    // Both had their part of it; each for itself would have called as often as both may.
    const urls = [stack.services()['channel-gateway']?.url ?? '', `http://127.0.0.1:${secondPort}`];
    const shares = await Promise.all(urls.map(textsBy));
    expect(shares.reduce((sum, each) => sum + each, 0)).toBe(TEXTS);
    for (const each of shares) expect(each).toBeGreaterThan(TEXTS / 10);
  }, 600_000);
});
