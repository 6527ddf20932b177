// A store that is down. Real: the shipped processes. A store is killed while the launcher is held still, so that it stays down
// until the test lets the launcher go on.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isAlive } from '@homing/embedded-stores';
import { LocalStack, until } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';
import { signedWebhook } from './webhook.fixture.js';

// Hang guard: what was under way in a killed process comes again after half a minute.
jest.setTimeout(600_000);
const UNDER_WAY = process.env['HOMING_TEST_SIZE'] === 'full' ? 30 : 10;
let stack: LocalStack;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { REFEED_AFTER_MS: '2000' } });
}, 600_000);
afterAll(() => stack.stop(), 900_000);

interface Wish {
  readonly to: string;
  readonly key: string;
}
const wish = (): Wish => ({ to: someone(), key: randomUUID() });
const ask = ({ to, key }: Wish) => stack.api.send(emailRequest(to), { idempotencyKey: key });

/** Kills the service, runs `meanwhile` while it is surely down, then lets it be started again and waits for readiness. */
async function whileDown(service: string, meanwhile: () => Promise<void>): Promise<void> {
  const before = stack.services()[service];
  process.kill(stack.launcher.pid, 'SIGSTOP');
  try {
    await stack.kill(service);
    await meanwhile();
    expect(isAlive(before?.pid ?? 0)).toBe(false);
  } finally {
    process.kill(stack.launcher.pid, 'SIGCONT');
  }
  await stack.recovered(service, (before?.restarts ?? 0) + 1);
  expect(stack.services()[service]?.pid).not.toBe(before?.pid);
  for (const port of [0, 1, 3, 4, 5, 6])
    await until(async () => (await stack.ready(port)) === 200, `port ${port} ready`);
}

async function delivered(wishes: readonly (Wish & { readonly id: string })[]): Promise<void> {
  let left: string[] = [];
  await until(
    async () => {
      const states = await stack.api.states();
      left = wishes.flatMap(({ id }) =>
        states.get(id) === 'delivered' ? [] : [`${id} ${states.get(id) ?? 'unseen'}`],
      );
      return left.length === 0;
    },
    () => `everything acknowledged to be delivered; ${left.join(', ')}`,
  ).catch(async (error: Error) => {
    const [first = ''] = left;
    const stuck = await stack.api.outreach(first.split(' ')[0] ?? '');
    throw new Error(`${error.message}\n${JSON.stringify(stuck)}\n${stack.launcher.output().slice(-20_000)}`);
  });
  const ledger = await stack.ledger();
  for (const { to } of wishes) expect(ledger.filter((line) => line.to === to)).toHaveLength(1);
}

/** Asks until it is acknowledged, as a caller does who was told to come again. */
async function acknowledged(each: Wish): Promise<Wish & { readonly id: string }> {
  return until(async () => {
    const { status, body } = await ask(each);
    return status === 202 && { ...each, id: String(body['outreachId']) };
  }, 'the acknowledgement');
}

/** Some requests just before: acknowledged, on their way while the store goes down. */
const underWay = () => Promise.all(Array.from({ length: UNDER_WAY }, () => acknowledged(wish())));

describe.each([
  { service: 'postgres', which: 'the vault and the read model' },
  { service: 'nats', which: 'the bus' },
])('$service down ($which)', ({ service }) => {
  it('is told: not ready, 503 with Retry-After; nothing acknowledged is lost, nothing refused is sent twice', async () => {
    const before = await underWay();
    const refused = Array.from({ length: 5 }, wish);
    await whileDown(service, async () => {
      await until(async () => (await stack.ready('api')) === 503, 'the api to say that it is not ready');
      for (const each of refused) {
        const { status, headers, body } = await ask(each);
        expect({ status, body }).toMatchObject({ status: 503, body: { type: 'urn:homing:problem:unavailable' } });
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      }
    });
    const after = await Promise.all(refused.map(acknowledged));
    await delivered([...before, ...after]);
  });
});

/** One event as SendGrid signs and posts it. */
function postWebhook(deliveryId: string): Promise<Response> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const event = { event: 'open', timestamp, sg_event_id: randomUUID(), op_attempt: '1' };
  const body = JSON.stringify([{ ...event, op_delivery_id: deliveryId, op_tenant_id: stack.tenantId }]);
  return signedWebhook(stack, body);
}

it('the bus down: a webhook gets 503 with Retry-After; taken when it comes again', async () => {
  const { id } = await acknowledged(wish());
  await until(async () => (await stack.api.outreach(id))?.state === 'delivered', 'the delivery');
  await whileDown('nats', async () => {
    await until(async () => (await stack.ready('webhook-ingestion')) === 503, 'ingestion to say that it is not ready');
    const refused = await postWebhook(`${id}.1`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
  expect((await postWebhook(`${id}.1`)).status).toBe(200);
  await until(async () => (await stack.api.outreach(id))?.state === 'opened', 'the opening to be recorded');
});

describe.each(['event-store-dev', 'postgres-events'])('%s down', (service) => {
  it('the orchestrator is not ready; what is accepted meanwhile is decided and sent afterwards', async () => {
    const before = await underWay();
    const meanwhile: (Wish & { id: string })[] = [];
    await whileDown(service, async () => {
      await until(async () => (await stack.ready(3)) === 503, 'the orchestrator to say that it is not ready');
      for (let n = 0; n < 3; n++) {
        const each = wish();
        const { status, body } = await ask(each);
        expect({ status, body }).toMatchObject({ status: 202, body: { status: 'accepted' } });
        meanwhile.push({ ...each, id: String(body['outreachId']) });
      }
    });
    await delivered([...before, ...meanwhile]);
  });
});

/** A process and those it started: a server's own children go on serving while it is held still alone. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = parents.map(Number).filter((each) => parentOf(each) === pid);
  return [pid, ...children.flatMap(family)];
}

function parentOf(pid: number): number {
  try {
    return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

/** Holds a service still: it keeps its connections and answers nothing, as a store does that hangs. */
async function whileFrozen(service: string, meanwhile: () => Promise<void>): Promise<void> {
  const pids = family(stack.pid(service));
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT');
  }
}

describe.each(['postgres', 'nats'])('%s hanging', (service) => {
  it('is told in bounded time: not ready, 503 with Retry-After; nothing acknowledged is lost', async () => {
    const before = await underWay();
    const refused = Array.from({ length: 5 }, wish);
    await whileFrozen(service, async () => {
      const answers = await Promise.all(refused.map(ask));
      for (const { status, headers, body } of answers) {
        expect({ status, body }).toMatchObject({ status: 503, body: { type: 'urn:homing:problem:unavailable' } });
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
      await until(async () => (await stack.ready('api')) === 503, 'the api to say that it is not ready');
    });
    await delivered([...before, ...(await Promise.all(refused.map(acknowledged)))]);
  });
});

describe.each(['event-store-dev', 'postgres-events'])('%s hanging', (service) => {
  it('lets the API accept; what was accepted is decided and sent afterwards', async () => {
    const before = await underWay();
    const meanwhile: (Wish & { id: string })[] = [];
    await whileFrozen(service, async () => {
      await until(async () => (await stack.ready(3)) === 503, 'the orchestrator to say that it is not ready');
      const each = wish();
      const { status, body } = await ask(each);
      expect({ status, body }).toMatchObject({ status: 202, body: { status: 'accepted' } });
      meanwhile.push({ ...each, id: String(body['outreachId']) });
    });
    await delivered([...before, ...meanwhile]);
  });
});

it('all stores killed at once: everything acknowledged is delivered once', async () => {
  const before = await underWay();
  const restarts = stack.services();
  const names = ['postgres', 'postgres-events', 'nats', 'event-store-dev'];
  await Promise.all(names.map((name) => stack.kill(name)));
  for (const name of names) await stack.recovered(name, (restarts[name]?.restarts ?? 0) + 1);
  const after = await Promise.all(Array.from({ length: 10 }, () => acknowledged(wish())));
  await delivered([...before, ...after]);
});
