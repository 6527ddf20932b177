import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, emailStory, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import type { SystemQueries } from './read-model.port.js';
import type { RecentFilter } from './recent-attempts.queries.js';
import { createSystemQueries } from './system.queries.js';

const tenantId = tenantOf(1);
let database: ReadDatabase;
let queries: SystemQueries;

beforeAll(async () => {
  database = await makeReadDatabase();
  const writer = database.connect('system');
  queries = createSystemQueries(writer);
  const store = new Store();
  for (const [n, personId] of ['p-1', 'p-1', 'p-2'].entries()) {
    const story = emailStory({ n, personId });
    store.append(story.stream, story.tenantId, ...story.intake, story.started(), story.accepted());
  }
  const planned = emailStory({ n: 3, personId: 'p-1' });
  store.append(planned.stream, planned.tenantId, ...planned.intake);
  await project(writer, store.events, 40);
});
afterAll(() => database.drop());

const within = { since: at(0), until: at(3_600) };
const found = async (over: Partial<RecentFilter> = {}) =>
  (
    await queries.recentAttempts({
      persons: [{ tenantId, personId: 'p-1' }],
      channel: 'email',
      limit: 9,
      ...within,
      ...over,
    })
  ).map(({ outreachId }) => outreachId);

describe('what was sent to somebody lately', () => {
  it('is found by the person, whoever else was written to', async () => {
    expect((await found()).sort()).toEqual([emailStory({ n: 0 }).outreachId, emailStory({ n: 1 }).outreachId].sort());
    const twice = { persons: ['p-1', 'p-1', 'p-2'].map((personId) => ({ tenantId, personId })) };
    expect(await found(twice)).toHaveLength(3);
  });

  it('is nothing of another tenant, channel or time, and nobody’s for nobody', async () => {
    expect(await found({ persons: [{ tenantId: tenantOf(2), personId: 'p-1' }] })).toEqual([]);
    expect(await found({ channel: 'sms' })).toEqual([]);
    expect(await found({ until: at(-1) })).toEqual([]);
    expect(await found({ since: at(7_200), until: at(9_000) })).toEqual([]);
    expect(await found({ persons: [] })).toEqual([]);
  });

  it('is at most so much', async () => expect(await found({ limit: 1 })).toHaveLength(1));
});
