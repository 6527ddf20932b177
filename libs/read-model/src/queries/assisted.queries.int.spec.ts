import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import { at, emailStory, outreachIdOf, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { createTenantQueries } from './tenant.queries.js';

let database: ReadDatabase;
const tenantId = tenantOf(1);

const taskEvents = (n: number, second: number) => {
  const of = { deliveryId: `${outreachIdOf(n)}.1`, leg: 1, channel: 'email', attempt: 1 } as const;
  const asked: OutreachEvent = {
    type: 'AssistanceRequested',
    data: { ...of, provider: 'sendgrid', reason: 'captcha', requestedAt: at(second) },
  };
  const done: OutreachEvent = {
    type: 'AssistedTaskDone',
    data: { ...of, provider: 'sendgrid', outcome: 'sent', by: 'key:k', at: at(second + 50) },
  };
  const expired: OutreachEvent = { type: 'DeliveryExpired', data: { ...of, at: at(second + 60) } };
  const claimed: OutreachEvent = {
    type: 'AssistedTaskOpened',
    data: { ...of, by: 'key:k', worker: 'desk-1', until: at(second + 900), at: at(second) },
  };
  const late: OutreachEvent = { ...done, data: { ...done.data, despite: 'expired', at: at(second + 70) } };
  return { asked, done, expired, claimed, late };
};

beforeAll(async () => {
  database = await makeReadDatabase();
  const store = new Store();
  const tell = (n: number, tenant: number, pick: (of: ReturnType<typeof taskEvents>) => readonly OutreachEvent[]) => {
    const story = emailStory({ n, tenant });
    store.append(story.stream, tenantOf(tenant), ...story.intake, story.started(), ...pick(taskEvents(n, 100 - n)));
  };
  tell(1, 1, ({ asked, claimed }) => [asked, claimed]);
  tell(2, 1, ({ asked }) => [asked]);
  tell(3, 1, ({ asked, done }) => [asked, done]);
  tell(4, 1, ({ asked, expired }) => [asked, expired]);
  tell(5, 2, ({ asked }) => [asked]);
  tell(7, 3, ({ asked, expired, late }) => [asked, expired, late]);
  const plain = emailStory({ n: 6 });
  store.append(plain.stream, tenantId, ...plain.intake, plain.started(), plain.accepted());
  await project(database.connect('system'), store.events);
});
afterAll(() => database.drop());

const idOf = (n: number): string => `${outreachIdOf(n)}.1`;

describe('tasks of people', () => {
  it('that wait are listed, longest waiting first, page by page, one tenant’s only', async () => {
    const queries = createTenantQueries(database.connect('api'));
    const first = await queries.listTasks({ tenantId, state: 'open', limit: 1 });
    expect(first.rows).toMatchObject([{ deliveryId: idOf(2), reason: 'captcha', state: 'open', endedAt: null }]);
    const second = await queries.listTasks({ tenantId, state: 'open', limit: 1, cursor: first.nextCursor! });
    expect(second.rows.map(({ deliveryId }) => deliveryId)).toEqual([idOf(1)]);
    expect(second.nextCursor).toBeUndefined();
  });

  it('that somebody has in hand say who and until when; what was sent late says despite what', async () => {
    const queries = createTenantQueries(database.connect('api'));
    const claimed = await queries.findTask({ tenantId, deliveryId: idOf(1), attempt: 1 });
    expect(claimed).toMatchObject({ state: 'open', openedBy: 'key:k', worker: 'desk-1', claimedUntil: at(999) });
    const late = await queries.listTasks({ tenantId: tenantOf(3), limit: 5 });
    expect(late.rows).toMatchObject([{ state: 'sent', despite: 'expired', closedReason: 'deadline_passed' }]);
  });

  it('that ended say how, and a channel without any has none', async () => {
    const queries = createTenantQueries(database.connect('api'));
    const all = await queries.listTasks({ tenantId, limit: 50 });
    expect(all.rows.map(({ state }) => state)).toEqual(['withdrawn', 'sent', 'open', 'open']);
    expect(await queries.listTasks({ tenantId, channel: 'linkedin', limit: 50 })).toEqual({ rows: [] });
    expect(await queries.findTask({ tenantId, deliveryId: idOf(3), attempt: 1 })).toMatchObject({
      state: 'sent',
      endedBy: 'key:k',
    });
    expect(await queries.findTask({ tenantId, deliveryId: idOf(5), attempt: 1 })).toBeUndefined();
  });
});
