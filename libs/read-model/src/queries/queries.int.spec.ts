import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import { emailStory, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import type { ReadModelConnection } from '../connection/read-model.connection.js';
import { InvalidCursorError } from './cursor.js';
import type { SystemQueries, TenantQueries } from './read-model.port.js';
import { createSystemQueries } from './system.queries.js';
import { createTenantQueries } from './tenant.queries.js';

const tenant = tenantOf(1);
const late = '2027-01-01T00:00:00.000Z';
const canBeAsked = (started: OutreachEvent): OutreachEvent =>
  started.type === 'AttemptStarted'
    ? { ...started, data: { ...started.data, recourse: { lookUpAfterSeconds: 600 } } }
    : started;
const store = new Store();
let database: ReadDatabase;
let writer: ReadModelConnection;
let tenants: TenantQueries;
let system: SystemQueries;

beforeAll(async () => {
  database = await makeReadDatabase();
  writer = database.connect('system');
  tenants = createTenantQueries(database.connect('api'));
  system = createSystemQueries(writer);
  for (let n = 0; n < 25; n += 1) {
    // Several are accepted in the same millisecond: the page must not lose or repeat one of them.
    const s = emailStory({ n, campaignKey: n < 12 ? 'spring' : 'autumn', personId: `p-${n % 5}` });
    const requested = { ...s.requested, data: { ...s.requested.data, acceptedAt: `2026-01-05T09:00:0${n % 3}.000Z` } };
    const events: OutreachEvent[] = [requested, ...s.intake.slice(1)];
    if (n % 5 === 1) events.splice(1, 2, s.refused('dedup', 'already_sent'));
    if (n % 5 === 2) events.push(s.started(), s.accepted(), s.fact('bounced', 120, { code: 'smtp_550' }));
    if (n % 5 === 3) events.push(n % 2 ? canBeAsked(s.started()) : s.started(), s.unknown());
    if (n % 5 === 4) events.push(s.skipped('suppressed'), s.settled('skipped'));
    store.append(s.stream, s.tenantId, ...events);
  }
  for (const n of [100, 101]) {
    const s = emailStory({ n, tenant: 2, urgency: n === 101 ? 'critical' : 'low' });
    store.append(s.stream, s.tenantId, ...s.intake);
  }
  await project(writer, store.events, 40);
});
afterAll(() => database.drop());

describe('findOutreach and timeline', () => {
  it('give the row, its deliveries with their attempts, and every event in order', async () => {
    const { outreachId } = emailStory({ n: 2 });
    expect(await tenants.findOutreach(tenant, outreachId)).toMatchObject({
      outreach: { outreachId, tenantId: tenant, state: 'bounced', revision: 5n, outcomeReason: 'smtp_550' },
      deliveries: [
        { leg: 1, state: 'bounced', attemptList: [{ attempt: 1, providerMessageId: 'm-2-1', code: 'smtp_550' }] },
      ],
    });
    const timeline = await tenants.timeline(tenant, outreachId);
    expect(timeline.map((row) => row.transition)).toEqual([
      'requested',
      'decided',
      'scheduled',
      'attempt_started',
      'queued',
      'bounced',
    ]);
    expect(timeline[1]?.eventData).toMatchObject({ explanation: { policyVersion: '1' } });
  });
});

describe('listOutreach', () => {
  it('pages through all of a tenant, newest first, without loss or repeat', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tenants.listOutreach({ tenantId: tenant, limit: 4, ...(cursor ? { cursor } : {}) });
      expect(page.rows.length).toBeLessThanOrEqual(4);
      seen.push(...page.rows.map((row) => `${row.acceptedAt} ${row.outreachId}`));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it('filters by state, person and campaign, together too', async () => {
    const list = async (filter: object) =>
      (await tenants.listOutreach({ tenantId: tenant, limit: 100, ...filter })).rows.length;
    expect(await list({ state: 'refused' })).toBe(5);
    expect(await list({ personId: 'p-0' })).toBe(5);
    expect(await list({ campaignKey: 'spring' })).toBe(12);
    expect(await list({ campaignKey: 'spring', state: 'refused', personId: 'p-1' })).toBe(3);
  });

  it('refuses a cursor of another list', async () => {
    await expect(tenants.listOutreach({ tenantId: tenant, limit: 4, cursor: 'abc' })).rejects.toThrow(
      InvalidCursorError,
    );
  });
});

describe('campaignStatus', () => {
  it('puts each outreach into one bucket and names the reasons', async () => {
    const status = await tenants.campaignStatus(tenant, 'spring');
    expect(status).toMatchObject({ audience: 12, pending: 3, refused: 3, sent: 2, unknown: 2, skipped: 2, failed: 0 });
    expect(status.reasons).toEqual([
      { bucket: 'refused', step: 'dedup', reason: 'already_sent', count: 3 },
      { bucket: 'skipped', step: null, reason: 'suppressed', count: 2 },
    ]);
    expect(await tenants.campaignStatus(tenant, 'none')).toMatchObject({ audience: 0 });
    const [here] = (await tenants.listOutreach({ tenantId: tenant, campaignKey: 'spring', limit: 1 })).rows;
    const accepted = [here!.outreachId, emailStory({ n: 998 }).outreachId, emailStory({ n: 999 }).outreachId];
    const { pending, audience } = await tenants.campaignStatus(tenant, 'spring', accepted);
    expect([pending, audience]).toEqual([5, 14]);
  });
});

describe('feedAfter', () => {
  it('resumes after any position without gap or repeat, while the projector goes on', async () => {
    const resume = async (afterPosition: bigint) => {
      const seen: bigint[] = [];
      for (let after = afterPosition; ;) {
        const rows = await tenants.feedAfter({ tenantId: tenant, afterPosition: after, limit: 7 });
        if (rows.length === 0) return seen;
        seen.push(...rows.map((row) => row.position));
        after = rows.at(-1)!.position;
      }
    };
    const all = store.events.filter((event) => event.metadata.tenantId === tenant).map((event) => event.position);
    expect(await resume(0n)).toEqual(all);
    for (const cut of [0, 1, 30, all.length - 1]) expect(await resume(all[cut]!)).toEqual(all.slice(cut + 1));
    expect(await resume(all[10]! + 1n)).toEqual(all.slice(11));
    expect(await tenants.currentPosition()).toBe(store.head);
  });
});

describe('listUnknown', () => {
  it('lists what is open, page by page, and nothing else', async () => {
    const first = await tenants.listUnknown({ tenantId: tenant, limit: 3 });
    const second = await tenants.listUnknown({ tenantId: tenant, limit: 3, cursor: first.nextCursor! });
    const ids = [...first.rows, ...second.rows].map((row) => row.outreachId);
    const expected = [3, 8, 13, 18, 23].map((n) => emailStory({ n }).outreachId);
    expect(ids.toSorted()).toEqual(expected.toSorted());
    expect(second.nextCursor).toBeUndefined();
  });

  it('says what will settle each and when: a look-up where the provider can be asked, the assumption in any case', async () => {
    const { rows } = await tenants.listUnknown({ tenantId: tenant, limit: 10 });
    const after = (n: number) => rows.find((row) => row.outreachId === emailStory({ n }).outreachId);
    const since = Date.parse(after(3)?.unknownSince ?? '');
    const hours72 = new Date(since + 72 * 3_600_000).toISOString();
    expect(after(3)?.assumedSentAt).toBe(hours72);
    expect(Date.parse(after(3)?.nextLookUpAt ?? '')).toBeGreaterThan(since);
    expect(after(8)).toMatchObject({ assumedSentAt: hours72, nextLookUpAt: null });
  });
});

describe('system queries', () => {
  it('read states set-wise and leave out the unknown', async () => {
    const ids = [emailStory({ n: 0 }).outreachId, emailStory({ n: 100 }).outreachId, emailStory({ n: 999 }).outreachId];
    const states = await system.foldedStates(ids);
    expect(states.map((row) => row.outreachId).toSorted()).toEqual(ids.slice(0, 2).toSorted());
    expect(states[0]).toMatchObject({ revision: 2n, state: { status: 'active' } });
  });

  it('find attempts by the provider id', async () => {
    const found = await system.attemptsByProviderMessage([
      { provider: 'sendgrid', providerMessageId: 'm-2-1' },
      { provider: 'other', providerMessageId: 'm-7-1' },
    ]);
    expect(found).toMatchObject([{ outreachId: emailStory({ n: 2 }).outreachId, attempt: 1 }]);
  });

  it('give every tenant its turn, the most urgent of each first', async () => {
    const due = await system.dueEntries({ now: late, limit: 3, kind: 'dispatch' });
    expect(due.map((entry) => [entry.tenantId, entry.urgency])).toEqual([
      [tenantOf(2), 'critical'],
      [tenant, 'normal'],
      [tenant, 'normal'],
    ]);
    expect(await system.dueEntries({ now: '2025-01-01T00:00:00.000Z', limit: 3 })).toEqual([]);
    expect(await system.dueEntries({ now: late, limit: 3, channel: 'sms' })).toEqual([]);
  });

  it('count a wake once when two schedulers read the same entries', async () => {
    const entries = await system.dueEntries({ now: late, limit: 50, kind: 'dispatch' });
    const woken = { entries, now: late, nextWakeAt: '2027-01-01T00:01:00.000Z' };
    const claims = await Promise.all([system.markWoken(woken), system.markWoken(woken)]);
    expect(claims.flat()).toHaveLength(entries.length);
    expect(claims.flat().every((entry) => entry.wakes === 1)).toBe(true);
    expect(await system.dueEntries({ now: late, limit: 50, kind: 'dispatch' })).toEqual([]);
    const again = await system.dueEntries({ now: '2027-01-01T00:01:00.000Z', limit: 50, kind: 'dispatch' });
    expect(again).toHaveLength(entries.length);
  });
});

describe('entries of campaigns that rest', () => {
  const spring = { tenantId: tenant, campaignKey: 'spring' };
  const far = '9999-01-01T00:00:00.000Z';
  const dueOf = async (now: string): Promise<string[]> =>
    (await system.dueEntries({ now, limit: 50, kind: 'dispatch' })).map((entry) => entry.deliveryId).sort();

  it('are told by their outreach, and left alone without a wake until the instant given', async () => {
    const now = '2027-02-01T00:00:00.000Z';
    const entries = await system.dueEntries({ now, limit: 50, kind: 'dispatch' });
    const members = await system.campaignMembers(entries.map((entry) => entry.outreachId));
    expect(new Set(members.map((member) => member.campaignKey))).toEqual(new Set(['spring', 'autumn']));
    expect(members[0]).toMatchObject({ tenantId: tenant, expiresAt: '2026-01-06T10:00:00.000Z' });
    const until = '2027-02-02T00:00:00.000Z';
    const springs = members.filter((member) => member.campaignKey === 'spring').map((member) => member.outreachId);
    const mine = entries.filter((entry) => springs.includes(entry.outreachId));
    expect(mine.length).toBeGreaterThan(0);
    await system.restEntries(mine.map((entry) => ({ entry, until })));
    expect(await dueOf(now)).toHaveLength(entries.length - mine.length);
    const back = (await system.dueEntries({ now: until, limit: 50, kind: 'dispatch' })).filter((entry) =>
      springs.includes(entry.outreachId),
    );
    expect(back.map((entry) => entry.wakes).sort()).toEqual(mine.map((entry) => entry.wakes).sort());

    // Woken by hand meanwhile: who read them before has no say any more.
    expect(await system.wakeCampaigns({ campaigns: [spring], now, dueUntil: far })).toBe(mine.length);
    await system.restEntries(back.map((entry) => ({ entry, until: far })));
    expect(await dueOf(now)).toHaveLength(entries.length);
  });

  it('are woken as something else than their committer’s first dispatch, and only what is due', async () => {
    const now = '2027-03-01T00:00:00.000Z';
    expect(await system.wakeCampaigns({ campaigns: [spring], now, dueUntil: '2026-01-01T00:00:00.000Z' })).toBe(0);
    await system.wakeCampaigns({ campaigns: [spring], now, dueUntil: now });
    const woken = await system.dueEntries({ now, limit: 50, kind: 'dispatch' });
    expect(woken.every((entry) => entry.wakes >= 1 || entry.tenantId !== tenant)).toBe(true);
    expect(await system.wakeCampaigns({ campaigns: [], now, dueUntil: far })).toBe(0);
  });
});

describe('reservations that stand when an outreach is over', () => {
  const before = '2027-01-01T00:00:00.000Z';

  it('are looked after, unless an attempt of it still waits to be known', async () => {
    const later = new Store();
    const settled = [200, 201].map((n) => {
      const s = emailStory({ n, tenant: 3 });
      const tried = n === 200 ? [s.started(), s.unknown()] : [];
      later.append(s.stream, s.tenantId, ...s.intake, ...tried, s.settled('failed'));
      const changes = [{ kind: 'reserved', key: `${s.outreachId}.1/1/1`, amount: 1 }];
      later.append(`quota-${s.outreachId}.2026-01-05`, s.tenantId, { type: 'QuotaChanged', data: { changes } });
      return s.outreachId;
    });
    const events = later.events.map((event) => ({ ...event, position: event.position + store.head }));
    await project(writer, events, 40);
    const stale = await system.staleReservations({ before, limit: 50 });
    expect(settled.map((id) => stale.some(({ outreachId }) => outreachId === id))).toEqual([false, true]);
    expect((await system.openReservations(settled[0] ?? '')).length).toBe(1);
  });
});

describe('what a provider took and nobody has said a last word of', () => {
  it('is found, of every tenant, and nothing that is settled or has not been taken', async () => {
    const later = new Store();
    const stories = [300, 301, 302].map((n) => emailStory({ n, tenant: n }));
    for (const [i, s] of stories.entries()) {
      const then = [[], [s.started(), s.accepted()], [s.started(), s.accepted(), s.settled('delivered')]][i] ?? [];
      later.append(s.stream, s.tenantId, ...s.intake, ...then);
    }
    await project(
      writer,
      later.events.map((event) => ({ ...event, position: event.position + store.head + 1_000n })),
      40,
    );
    const range = { since: '2000-01-01T00:00:00.000Z', limit: 500 };
    const found = await system.silentOutreach({ ...range, before: '2027-01-01T00:00:00.000Z' });
    const ids = found.map(({ outreachId }) => outreachId);
    expect(stories.map(({ outreachId }) => ids.includes(outreachId))).toEqual([false, true, false]);
    const [taken] = found.filter(({ outreachId }) => outreachId === stories[1]?.outreachId);
    expect(taken).toMatchObject({ tenantId: stories[1]?.tenantId });
    const paged: string[] = [];
    for (let after = found[0]; after && paged.length < found.length;) {
      paged.push(after.outreachId);
      const before = '2027-01-01T00:00:00.000Z';
      [after] = await system.silentOutreach({ ...range, before, limit: 1, after });
    }
    expect(paged).toEqual(ids);
    expect(await system.silentOutreach({ ...range, before: '2001-01-01T00:00:00.000Z' })).toEqual([]);
  });
});
