// Four orchestrators over one set of stores. Real: the shipped processes and every store; three orchestrators more than a launcher
// starts, each with the very environment of the first. Played: the provider; its ledger says what was sent.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OUTREACH_REQUESTED } from '@homing/contracts';
import { connectEventStore } from '@homing/event-store';
import { LocalStack, until, type BusClient } from '@homing/testing/local-stack';
import { openVaultDatabase } from '@homing/vault/intake';
import { createRegistry } from '@homing/vault/registry';
import { auditBooks } from './books.audit.fixture.js';
import { decidedIn, decisions, Orchestrators, ownerless, underWay } from './four-orchestrators.fixture.js';
import { emailRequest, someone } from './requests.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const COPIES = full ? 10_000 : 500;
const TO_ONE_PERSON = full ? 1_000 : 100;
const ON_BUDGETS = full ? 3_000 : 300;
const WORKERS = 64;
const KILLS = full ? 8 : 3;
const PRICE = 10_000;

let stack: LocalStack;
let bus: BusClient;
let store: ReturnType<typeof connectEventStore>;
let orchestrators: Orchestrators;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { RECLAIM_AFTER_MS: '5000', REFEED_AFTER_MS: '2000' } });
  bus = await stack.bus();
  store = connectEventStore({ url: stack.env['EVENTSTORE_URL'] ?? '' });
  orchestrators = new Orchestrators(stack);
  await orchestrators.start(3);
}, 600_000);
afterAll(async () => {
  await orchestrators.stop();
  await store.dispose();
  await stack.stop();
}, 900_000);

const ask = (id: string, data: object, msgId: string): Promise<void> => {
  const event = { specversion: '1.0', type: OUTREACH_REQUESTED, source: 'four', id };
  return bus.publish(OUTREACH_REQUESTED, { ...event, data: { ...data, tenantId: stack.tenantId } }, msgId);
};
/** Does the work of `count` items with so many at once. */
async function withWorkers(workers: number, count: number, work: (n: number) => Promise<void>): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const worker = async (): Promise<void> => {
    for (const n of numbers) await work(n);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
const allTaken = () => until(async () => (await bus.backlog('outreach')) === 0, 'every request to be decided');

describe('four orchestrators', () => {
  it('make one message of one request, however often it is asked for', async () => {
    const request = emailRequest(someone());
    await withWorkers(WORKERS, COPIES, (n) => ask('one', request, `copy-${n}`));
    await allTaken();
    const outreachId = stack.outreachId('four', 'one');
    await until(
      async () => (await stack.ledger()).some(({ deliveryId }) => deliveryId.startsWith(outreachId)),
      'it to be sent',
    );
    expect((await stack.ledger()).filter(({ deliveryId }) => deliveryId.startsWith(outreachId))).toHaveLength(1);
    expect(await decisions(store)).toMatchObject({ OutreachRequested: 1, OutreachDecided: 1, AttemptStarted: 1 });
  }, 600_000);

  it('send one person exactly as many messages as the cap allows', async () => {
    const to = someone();
    const content = (n: number) => ({ content: { literal: { email: { subject: `No ${n}`, text: 'Hello.' } } } });
    await withWorkers(WORKERS, TO_ONE_PERSON, (n) => ask(`cap-${n}`, emailRequest(to, content(n)), `cap-${n}`));
    await allTaken();
    const ids = Array.from({ length: TO_ONE_PERSON }, (_, n) => stack.outreachId('four', `cap-${n}`));
    const kinds = await Promise.all(ids.map((id) => decidedIn(store, id)));
    expect(kinds.filter((kind) => kind === 'OutreachDecided')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'OutreachRefused')).toHaveLength(TO_ONE_PERSON - 3);
    const sentTo = async () => (await stack.ledger()).filter((line) => line.to === to);
    await until(async () => (await sentTo()).length === 3, 'the three messages');
  }, 600_000);

  it('never promise more than a budget holds, killed at any time, and leave nothing reserved without an owner', async () => {
    const campaigns = await threeCampaigns();
    // A third is refused by the provider for good, so its money comes back.
    await stack.behave({ errorRates: { '400': 0.3 } });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    let asked = 0;
    let killed = 0;
    const killing = (async () => {
      for (let n = 0; n < KILLS; n++) {
        await until(() => asked > ((n + 1) * ON_BUDGETS) / (KILLS + 2), 'the next kill');
        await orchestrators.killAndRestart(n);
        killed += 1;
      }
    })();
    await withWorkers(WORKERS, ON_BUDGETS, async (n) => {
      const request = emailRequest(someone(), {
        campaignId: campaigns[n % 3]?.campaignId,
        ...(n % 2 === 0 ? {} : { sendAt: tomorrow }),
        expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString(),
      });
      await ask(`money-${n}`, request, randomUUID());
      asked += 1;
    });
    await killing;
    expect(killed).toBe(KILLS);
    await allTaken();
    const ids = Array.from({ length: ON_BUDGETS }, (_, n) => stack.outreachId('four', `money-${n}`));
    const undecided = async () => (await Promise.all(ids.map((id) => decidedIn(store, id)))).filter((kind) => !kind);
    await until(async () => (await undecided()).length === 0, 'every request to be decided');
    const moving = async () => (await Promise.all(ids.map((id) => underWay(store, id)))).filter(Boolean).length;
    await until(async () => (await moving()) === 0, 'every message that is due to have its answer');
    await until(async () => (await ownerless(store, await auditBooks(store))).length === 0, 'the books to be square');

    const { overdrawn, balances } = await auditBooks(store);
    expect(overdrawn).toEqual([]);
    const money = (campaign: number) => balances.get(`budget-${campaigns[campaign]?.id}`);
    expect(money(0)?.limit).toBe(50 * PRICE);
    // What was refunded in time was promised anew: what is spent or promised comes close to the limit and never over it.
    expect((money(0)?.spent ?? 0) + (money(0)?.reserved ?? 0)).toBeLessThanOrEqual(50 * PRICE);
    const days = [...balances.keys()].filter((stream) => stream.startsWith(`budget-${campaigns[1]?.id}.`));
    expect(days).toHaveLength(2);
    const sentNow = await stack.ledger();
    const spent = [...balances]
      .filter(([stream]) => !stream.includes('.'))
      .reduce((sum, [, { spent: s }]) => sum + s, 0);
    const priced = sentNow.filter(({ deliveryId }) => ids.some((id) => deliveryId.startsWith(id)));
    expect(spent).toBe(priced.length * PRICE);
  }, 900_000);
});

/** A total, a daily and a wide budget; every message costs a cent. */
async function threeCampaigns(): Promise<{ id: string; campaignId: string }[]> {
  const db = openVaultDatabase({ url: stack.environmentOf('api')['VAULT_DATABASE_URL'] ?? '', maxConnections: 1 });
  try {
    const registry = createRegistry({ db, access: 'tenant' });
    const { tenantId } = stack;
    const actor = 'spec';
    await registry.setTenantSettings({
      ...{ tenantId, actor },
      settings: { prices: { email: { micros: PRICE, currency: 'EUR' } } },
    });
    const budgets = [{ totalMicros: 50 * PRICE }, { perDayMicros: 20 * PRICE }, { totalMicros: 1_000_000 * PRICE }];
    const campaigns: { id: string; campaignId: string }[] = [];
    for (const [n, budget] of budgets.entries()) {
      const campaign = { tenantId, actor, campaignId: `budget-${n}`, name: `Budget ${n}`, currency: 'EUR' };
      campaigns.push(await registry.putCampaign({ ...campaign, settings: { budget } }));
    }
    // Every process sees what another one set after a second at the latest (docs/configuration.md); before it, the old price holds.
    const set = performance.now();
    await until(() => performance.now() - set > 1_000, 'the prices to be in force everywhere');
    return campaigns;
  } finally {
    await db.destroy();
  }
}
