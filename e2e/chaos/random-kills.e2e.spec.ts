// kill -9 at random under load, at a provider that drops, throttles, refuses and tells everything many times and in any order. Real: the
// shipped processes and stores over TCP, two instances of most services. Played: the provider; its ledger says what was sent.
// Sizes: quick 400, full 100,000; CHAOS_MESSAGES (5000 takes about two minutes), CHAOS_PER_SECOND and CHAOS_SEED override.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectEventStore } from '@homing/event-store';
import { LocalStack, until } from '@homing/testing/local-stack';
import { auditBooks } from '../books.audit.fixture.js';
import { rebuild } from './chaos.account.fixture.js';
import { Extra, launched, type Instance } from './chaos.instances.fixture.js';
import { Killer } from './chaos.killer.fixture.js';
import { CHAOS_ENVIRONMENT, drained, whole } from './chaos.run.fixture.js';
import { SqlAccount, untilTerminal, type Unknown } from './chaos.sql.fixture.js';
import { countOf, RequestStream } from './chaos.stream.fixture.js';
import { Weather } from './chaos.weather.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const COUNT = Number(process.env['CHAOS_MESSAGES'] || (full ? 100_000 : 400));
const large = COUNT >= 2_000;
const PER_SECOND = Number(process.env['CHAOS_PER_SECOND'] || (large ? (COUNT > 20_000 ? 85 : 60) : 40));
const SEED = process.env['CHAOS_SEED'] || String(Date.now());
const PRICE = 10_000;
/** No promise: whoever hangs for longer than this is not waited for. The figure is told. */
const STOP_MS = 600_000;

const SERVICES = ['api', 'webhook-ingestion', 'orchestrator', 'channel-gateway', 'scheduler', 'projector'];
const TWICE = large
  ? ['orchestrator', 'channel-gateway', 'scheduler', 'projector']
  : ['orchestrator', 'channel-gateway'];
const STORES = large ? ['nats', 'postgres', 'postgres-events', 'event-store-dev'] : [];

let stack: LocalStack;
let extras: readonly Extra[] = [];
const over = new AbortController();
const figures: Record<string, unknown> = { seed: SEED, messages: COUNT, perSecond: PER_SECOND };

beforeAll(async () => {
  stack = await LocalStack.start({
    environment: {
      ...CHAOS_ENVIRONMENT,
      SIMULATOR_SEED: SEED,
      RECLAIM_AFTER_MS: '5000',
      CHANNEL_PROVIDERS: 'email:sendgrid,brevo;sms:twilio',
      SENDGRID_LOOKUP: 'true',
      SENDGRID_LOOKUP_AFTER_SECONDS: '10',
    },
  });
  extras = await Promise.all(TWICE.map((service) => Extra.start(stack, service)));
  await twoCampaigns();
}, 900_000);
afterAll(async () => {
  over.abort();
  process.stdout.write(`${JSON.stringify({ chaos: figures })}\n`);
  await Promise.all(extras.map((extra) => extra.stop()));
  await (stack as LocalStack | undefined)?.stop();
}, 120_000);

it(
  `${COUNT} messages while services are killed at random: none lost, none twice, nothing over a cap or a budget`,
  async () => {
    const { signal } = over;
    const among: Instance[] = [...SERVICES.map((service) => launched(stack, service)), ...extras];
    // Of the two for email one honours our key, the other can be asked; the one for texts can do neither.
    const providers = ['sendgrid', 'brevo', 'twilio'];
    const weather = new Weather(stack, { signal, seed: SEED, spellMs: large ? 4_000 : 1_200, providers });
    const stream = new RequestStream({ stack, signal, count: COUNT, perSecond: PER_SECOND });
    const killers = [
      new Killer({ signal, seed: SEED, among, everyMs: large ? 4_000 : 1_000, twice: 0.2 }),
      ...STORES.slice(0, 1).map(() => new Killer(storeKills(COUNT / PER_SECOND))),
    ];
    await stream.done();
    await weather.stop();
    const kills = (await Promise.all(killers.map((killer) => killer.stop()))).flat();
    const from = Math.max(stream.endedAt, ...killers.map(({ lastBackAt }) => lastBackAt));

    const account = await SqlAccount.open(stack);
    try {
      await account.putAccepted(stream);
      figures['terminalAfter'] = await untilTerminal(account, { from, alsoUnknown: true, stopMs: STOP_MS });
      await whole(stack);
      expect(stream.acknowledged).toBe(COUNT);
      expect(new Set(kills.map(({ gone }) => gone)).size).toBe(kills.length);
      expect([...new Set(kills.map(({ name }) => name))].sort()).toEqual(
        [...among.map(({ name }) => name), ...STORES].sort(),
      );
      figures['kills'] = countBy(kills.map(({ name }) => name));
      figures['weather'] = [...weather.seen];

      await account.putLedger(stack.home);
      expect(await account.faults()).toEqual([]);
      await settleUnknowns(account);
      // What was surely not sent is tried again a minute later: waited for where a minute is not half of the run.
      if (large)
        figures['allSettledAfter'] = await untilTerminal(account, { from, alsoUnknown: false, stopMs: STOP_MS });
      for (const queue of ['outreach', 'dispatch', 'signals'] as const) await drained(stack, queue);
      await until(async () => (await account.nobodysReservations()) === 0, 'the books to be square');
      await account.putLedger(stack.home);
      expect(await account.faults()).toEqual([]);
      Object.assign(figures, await account.figures());
    } finally {
      await account.close();
    }
    await booksHold();
    await readModelEqualsRebuild();
    figures['heapMB'] = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
  },
  (COUNT / PER_SECOND) * 2_000 + 1_800_000,
);

/** Each store every so often, all of them at least once. */
function storeKills(seconds: number) {
  const everyMs = Math.max(15_000, Math.min(60_000, (seconds * 1_000) / 5));
  return {
    signal: over.signal,
    seed: `${SEED}:stores`,
    among: STORES.map((store) => launched(stack, store)),
    everyMs,
    twice: 0,
  };
}

/** Every open outcome stands in the operator's list, and is settled there as the ledger knows it. */
async function settleUnknowns(account: SqlAccount): Promise<void> {
  const before = await account.unknown();
  const listed = await listedUnknowns();
  const after = await account.unknown();
  const names = (unknowns: readonly Unknown[]) =>
    new Set(unknowns.map(({ deliveryId, attempt }) => `${deliveryId}#${attempt}`));
  // Look-ups settle some at any moment: what stood open before and afterwards must have been listed between.
  const open = [...names(before)].filter((name) => names(after).has(name));
  expect(open.filter((name) => !names(listed).has(name))).toEqual([]);
  for (const unknown of listed) {
    const outcome = (await account.wasSent(unknown)) ? 'sent' : 'not_sent';
    const path = `/unknown-outcomes/${unknown.deliveryId}/${unknown.attempt}/settle`;
    await until(async () => {
      const { status } = await stack.api.post(path, { outcome, note: 'CHAOS-1' });
      return status === 200 || status === 409;
    }, `${unknown.deliveryId} to be settled`);
  }
  let left: readonly Unknown[] = [];
  const none = async (): Promise<boolean> => (left = await account.unknown()).length === 0;
  await until(none, () => `no outcome to be unknown: ${JSON.stringify(left.slice(0, 5))}`);
  expect(await listedUnknowns()).toEqual([]);
}

async function listedUnknowns(): Promise<readonly Unknown[]> {
  const listed: Unknown[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const at: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const { status, body } = await stack.api.get<{ items: Unknown[]; nextCursor?: string }>(
      `/unknown-outcomes?limit=500${at}`,
    );
    expect(status).toBe(200);
    listed.push(...body.items);
    cursor = body.nextCursor;
  }
  return listed;
}

/** A campaign whose money is not enough for all that is asked of it, and one whose day is not. */
async function twoCampaigns(): Promise<void> {
  const share = (kind: 'budget' | 'daily'): number => Math.max(1, Math.floor(countOf(COUNT, kind) * 0.6));
  const prices = { email: { micros: PRICE, currency: 'EUR' } };
  const put = await stack.api.call('/api/v1/policies', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prices }),
  });
  expect(put.status).toBe(200);
  const campaigns = [
    { campaignId: 'chaos-budget', settings: { budget: { totalMicros: share('budget') * PRICE } } },
    {
      campaignId: 'chaos-daily',
      settings: { budget: { perDayMicros: share('daily') * PRICE }, dailyLimit: share('daily') },
    },
  ];
  for (const campaign of campaigns) {
    const { status, body } = await stack.api.post('/campaigns', { currency: 'EUR', ...campaign });
    expect([status, body]).toEqual([201, expect.anything()]);
  }
}

/** Of the books, event by event; and of the campaigns, who was asked for is sent, skipped, failed, pending, unknown or refused. */
async function booksHold(): Promise<void> {
  const store = connectEventStore({ url: stack.env['EVENTSTORE_URL'] ?? '' });
  try {
    const { overdrawn, overbooked, balances } = await auditBooks(store);
    expect(overdrawn).toEqual([]);
    expect(overbooked).toEqual([]);
    figures['books'] = Object.fromEntries(
      [...balances].map(([stream, { limit, spent, reserved }]) => [stream, { limit, spent, reserved }]),
    );
  } finally {
    await store.dispose();
  }
  for (const kind of ['budget', 'daily'] as const) {
    const { body } = await stack.api.get<Record<string, number>>(`/outreach/campaigns/chaos-${kind}/status`);
    const { audience, sent = 0, skipped = 0, failed = 0, pending = 0, unknown = 0, refused = 0 } = body;
    expect({ kind, audience }).toEqual({ kind, audience: countOf(COUNT, kind) });
    expect(sent + skipped + failed + pending + unknown + refused).toBe(audience);
    expect(refused).toBeGreaterThan(0);
    figures[`campaign ${kind}`] = { audience, sent, failed, refused, pending, unknown };
  }
}

async function readModelEqualsRebuild(): Promise<void> {
  const from = performance.now();
  expect(await rebuild(stack)).toEqual({ code: 0, differences: [] });
  figures['rebuildSeconds'] = Math.round((performance.now() - from) / 100) / 10;
}

const countBy = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
