import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { OutreachEvent } from '@homing/contracts';
import { withTenant } from '../connection/tenant.transaction.js';
import { at, emailStory, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { createAnalytics } from '../migrations/0014-analytics.migration.js';
import { migrateReadModel } from '../migrations/migrate.runner.js';
import { projectBatch } from './batch.projection.js';
import { createSystemQueries } from '../queries/system.queries.js';
import { createTenantQueries } from '../queries/tenant.queries.js';
import { compareReadModels } from '../rebuilding/read-model.comparison.js';

let database: ReadDatabase;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

const hours = { from: '2026-01-05T09:00:00.000Z', to: '2026-01-05T10:00:00.000Z' };
const only = { campaignKey: 'spring', tenant: 1 };

/** By score among three, one of which cannot be used. */
function decidedOf(event: OutreachEvent): OutreachEvent {
  if (event.type !== 'OutreachDecided') return event;
  const ranked = [{ channel: 'email' as const, rank: 1, score: 0.7, reason: 'score' }];
  const excluded = [
    { channel: 'sms' as const, reason: 'no_contact' },
    { channel: 'whatsapp' as const, reason: 'no_contact' },
  ];
  return { ...event, data: { ...event.data, explanation: { ...event.data.explanation, ranked, excluded } } };
}

/** Two read, of which one twice; one bounced; one refused; one of another campaign and one of another tenant. */
function history(): Store {
  const store = new Store();
  const add = (story: ReturnType<typeof emailStory>, ...events: OutreachEvent[]) =>
    store.append(story.stream, story.tenantId, ...events.map(decidedOf));
  const stories = [1, 2, 3].map((n) => emailStory({ n, ...only }));
  for (const s of stories) add(s, ...s.intake, s.started());
  const [first, second, third] = stories as [(typeof stories)[0], (typeof stories)[0], (typeof stories)[0]];
  add(first, first.accepted(), first.fact('delivered', 110), first.fact('opened', 120), first.settled('delivered'));
  add(first, first.fact('opened', 130), first.fact('clicked', 140));
  add(second, second.fact('opened', 110, { machine: true }), second.fact('replied', 150));
  add(second, second.fact('delivered', 151), second.settled('delivered'));
  add(
    third,
    third.rejected(),
    third.retry(),
    third.started(2),
    third.failed('no_more_retries'),
    third.settled('failed'),
  );
  const fourth = emailStory({ n: 4, ...only });
  add(fourth, fourth.requested, fourth.refused('dedup', 'duplicate_content'));
  const others = [emailStory({ n: 5, tenant: 1 }), emailStory({ n: 6, tenant: 2, campaignKey: 'spring' })];
  for (const s of others) add(s, ...s.intake);
  return store;
}

const expected = [
  ['chosen', 'email', 1, '', 'score', 3],
  ['decided', '', 0, '', '', 3],
  ['delivered', 'email', 1, '', '', 2],
  ['engaged', 'email', 1, '', '', 2],
  ['excluded', 'sms', 0, '', 'no_contact', 3],
  ['excluded', 'whatsapp', 0, '', 'no_contact', 3],
  ['legs_used', '', 1, '', '', 3],
  ['refused', '', 0, 'dedup', 'duplicate_content', 1],
  ['tried', 'email', 1, '', '', 3],
];

describe('the counts of routing', () => {
  it('are what happened, of one tenant and campaign, and each leg counts once', async () => {
    await project(database.connect('system'), history().events, 4);
    const queries = createTenantQueries(database.connect('api'));
    const filter = { tenantId: tenantOf(1), ...hours };
    const rows = await queries.routing({ ...filter, campaignKey: 'spring' });
    const shown = rows.map((row) => [row.measure, row.channel, row.place, row.step, row.reason, Number(row.count)]);
    expect(shown).toEqual(expected);
    const chosen = async (more: object) =>
      (await queries.routing({ ...filter, ...more })).filter((row) => row.measure === 'chosen').map((row) => row.count);
    expect(await chosen({})).toEqual([4n]);
    expect(await chosen({ channel: 'sms' })).toEqual([]);
    expect(await chosen({ from: hours.to, to: '2026-01-06T00:00:00.000Z' })).toEqual([]);
    expect(await queries.routing({ ...filter, tenantId: tenantOf(9) })).toEqual([]);
  });

  it('are shown to analysts by the day, one tenant at a time', async () => {
    const { db } = database.connect('analyst');
    const days = (tenantId: string) =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<Record<string, unknown>>`select day::text, campaign_key, place, reason, count
          from read_model.routing_days where measure = 'chosen' order by campaign_key`.execute(trx);
        return rows;
      });
    const row = { day: '2026-01-05', place: 1, reason: 'score' };
    expect(await days(tenantOf(1))).toEqual([
      { ...row, campaignKey: 'spring', count: 3n },
      { ...row, campaignKey: null, count: 1n },
    ]);
    await expect(sql`select * from read_model.routing_days`.execute(db)).rejects.toThrow('homing.tenant is not set');
  });

  it('are of a chain’s fallbacks once their turn comes, and of what is passed over', () => {
    const s = emailStory({ n: 1, ...only });
    const leg = { deliveryId: `${s.outreachId}.2`, leg: 2, channel: 'sms' as const, at: at(160) };
    const chain = {
      strategy: 'fallback' as const,
      steps: [
        { step: 1, channel: 'email' as const, because: 'score', waitHours: 24, until: 'delivered' as const },
        { step: 2, channel: 'sms' as const, because: 'step', waitHours: 24, until: 'delivered' as const },
      ],
    };
    const chained = s.intake.map((event): OutreachEvent =>
      event.type === 'OutreachDecided' ? { ...event, data: { ...event.data, chain } } : event,
    );
    const decided = s.intake.find((event) => event.type === 'OutreachDecided');
    const plan = { ...decided!.data.legs[0]!, leg: 2, channel: 'sms' as const };
    const store = new Store();
    store.append(s.stream, s.tenantId, ...chained, s.started(), s.failed('hard_bounce'));
    store.append(s.stream, s.tenantId, { type: 'FallbackPlanned', data: { ...leg, because: 'hard_bounce', plan } });
    store.append(s.stream, s.tenantId, {
      type: 'StepPassedOver',
      data: { ...leg, leg: 3, channel: 'whatsapp', reason: 'exhausted', step: 'budget' },
    });
    const shown = projectBatch(store.events, new Map()).routing.map((row) => [
      ...[row.measure, row.channel, row.place, row.step, row.reason],
    ]);
    expect(shown.filter(([measure]) => measure === 'chosen' || measure === 'passed_over').toSorted()).toEqual([
      ['chosen', 'email', 1, '', 'score'],
      ['chosen', 'sms', 2, '', 'step'],
      ['passed_over', 'whatsapp', 3, 'budget', 'exhausted'],
    ]);
  });

  it('do not depend on where batches were cut', async () => {
    for (const schema of ['cut', 'whole']) await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
    const { events } = history();
    await project(database.connect('system', { schema: 'cut' }), events, 1);
    await project(database.connect('system', { schema: 'whole' }), events);
    const { db } = database.connect('system');
    expect(await compareReadModels(db, { live: 'cut', rebuilt: 'whole' })).toEqual([]);
  });

  it('are made of the rows that stand where the tables are new', async () => {
    const { db } = database.connect('system', { schema: 'cut' });
    const owner = database.connect('system', { connectionString: database.ownerUrl, schema: 'cut' });
    await sql`drop view cut.routing_days; drop table cut.routing_hours, cut.conversions cascade`.execute(owner.db);
    await owner.db.transaction().execute(async (trx) => {
      await sql`set local search_path = cut`.execute(trx);
      await createAnalytics(trx as never);
    });
    await sql.raw(`grant select on cut.routing_hours, cut.conversions to "${database.roles.system}"`).execute(owner.db);
    expect(await compareReadModels(db, { live: 'cut', rebuilt: 'whole' })).toEqual([]);
  });
});

describe('conversions', () => {
  const converted = (conversionKey: string, more: object): OutreachEvent => ({
    type: 'ConversionReported',
    data: {
      ...{ conversionKey, kind: 'purchase', occurredAt: at(200), attribution: 'named', at: at(210) },
      ...more,
    },
  });
  const key = (n: number) => `0197a000-0000-5000-8000-00000000000${n}`;

  it('are rows of their outreach and campaign, counted by kind and currency, and change no other', async () => {
    const schema = 'converted';
    await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
    const [s, other] = [emailStory({ n: 1, ...only }), emailStory({ n: 2, tenant: 2, campaignKey: 'spring' })];
    const store = new Store();
    const value = { micros: 5_000_000, currency: 'EUR' };
    store.append(s.stream, s.tenantId, ...s.intake, s.started(), s.accepted(), s.fact('opened', 120));
    store.append(s.stream, s.tenantId, s.settled('delivered'), converted(key(1), { value }));
    store.append(s.stream, s.tenantId, converted(key(2), { value }), converted(key(3), { kind: 'trial' }));
    store.append(other.stream, other.tenantId, ...other.intake, other.started(), converted(key(4), { value }));
    const system = database.connect('system', { schema });
    await project(system, store.events, 3);
    const queries = createTenantQueries(database.connect('api', { schema }));
    expect(await queries.conversions(s.tenantId, 'spring')).toEqual([
      { kind: 'purchase', currency: 'EUR', count: 2n, valueMicros: 10_000_000n },
      { kind: 'trial', currency: null, count: 1n, valueMicros: 0n },
    ]);
    expect(await queries.conversions(s.tenantId, 'autumn')).toEqual([]);
    expect(await queries.campaignMessages(s.tenantId, 'spring')).toBe(1);
    expect(await queries.campaignMessages(s.tenantId, 'autumn')).toBe(0);
    const found = await queries.findOutreach(s.tenantId, s.outreachId);
    expect(found?.outreach).toMatchObject({ state: 'opened', outcome: 'delivered' });
    const timeline = await queries.timeline(s.tenantId, s.outreachId);
    expect(timeline.at(-1)).toMatchObject({ transition: 'converted', reason: 'trial', occurredAt: at(200) });

    const { lastDelivered } = createSystemQueries(system);
    const person = { tenantId: s.tenantId, personId: found!.outreach.personId, campaignKey: 'spring' };
    const within = { since: at(0), by: at(200) };
    expect(await lastDelivered({ ...person, ...within })).toBe(s.outreachId);
    expect(await lastDelivered({ ...person, ...within, by: at(119) })).toBeUndefined();
    expect(await lastDelivered({ ...person, ...within, since: at(121) })).toBeUndefined();
    expect(await lastDelivered({ ...person, ...within, campaignKey: 'autumn' })).toBeUndefined();
    expect(await lastDelivered({ ...person, ...within, tenantId: other.tenantId })).toBeUndefined();
  });
});
