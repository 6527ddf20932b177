// Against a real Postgres: the rows do not depend on where batches were cut, and say what the domain says.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contactStream, SUPPRESSION_REASONS, type SuppressionEvent } from '@homing/contracts';
import { evolveContact, suppressionsOf, unknownContact, type ContactState } from '@homing/domain';
import fc from 'fast-check';
import { at, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { migrateReadModel } from '../migrations/migrate.runner.js';
import { createSystemQueries } from '../queries/system.queries.js';
import type { SuppressionRow } from '../tables/suppression.tables.js';

let database: ReadDatabase;
let schemas = 0;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

async function rowsOf(store: Store, batchSize: number): Promise<SuppressionRow[]> {
  const schema = `test_${(schemas += 1)}`;
  await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
  const connection = database.connect('system', { schema });
  await project(connection, store.events, batchSize);
  const queries = createSystemQueries(connection);
  const rows: SuppressionRow[] = [];
  for (let after = ''; ; after = rows.at(-1)?.fingerprint ?? '') {
    const page = await queries.suppressions({ after, limit: 2 });
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

const word = fc.record({
  contact: fc.integer({ min: 0, max: 40 }),
  reason: fc.constantFrom(...SUPPRESSION_REASONS),
  lifts: fc.boolean(),
  second: fc.integer({ min: 0, max: 9 }),
  by: fc.option(fc.constantFrom('key:a', 'key:b'), { nil: undefined }),
});
type Word = typeof word extends fc.Arbitrary<infer W> ? W : never;
const fingerprintOf = (contact: number): string => `contact-of-${contact}`;

function eventOf({ contact, reason, lifts, second, by }: Word): SuppressionEvent {
  const of = {
    tenantId: tenantOf(1),
    fingerprint: fingerprintOf(contact),
    channel: 'email',
    causationId: 'c',
  } as const;
  const data = { ...of, reason, at: at(second), ...(by ? { by, note: `N-${second}` } : {}) };
  if (lifts) return { type: 'ContactUnsuppressed', data: { ...data, because: 'mistake' } };
  return { type: 'ContactSuppressed', data: { ...data, mask: `m${contact}***` } };
}

/** Many words about few addresses, so that each is spoken of in every order. */
const words = fc.sample(word, 150);

describe('what was said of addresses', () => {
  it('is the same whatever the size of the batches, and what is in force is what the domain says', async () => {
    const store = new Store();
    const states = new Map<string, ContactState>();
    for (const event of words.map(eventOf)) {
      const { fingerprint } = event.data;
      store.append(contactStream(fingerprint), tenantOf(1), event);
      states.set(fingerprint, evolveContact(states.get(fingerprint) ?? unknownContact, event));
    }
    const rows = await rowsOf(store, 1_000);
    expect(await rowsOf(store, 1)).toEqual(rows);
    expect(await rowsOf(store, 7)).toEqual(rows);
    expect(states.size).toBeGreaterThan(20);
    for (const [fingerprint, state] of states) {
      const said = rows
        .filter(({ fingerprint: of, suppressedAt }) => of === fingerprint && suppressedAt !== null)
        .filter(({ suppressedAt, liftedAt }) => liftedAt === null || liftedAt <= (suppressedAt ?? ''))
        .map(({ reason, suppressedAt, saidBy, note }) => ({
          reason,
          since: suppressedAt,
          ...(saidBy === null ? {} : { by: saidBy }),
          ...(note === null ? {} : { note }),
        }));
      const byReason = (a: { reason: string }, b: { reason: string }): number => (a.reason < b.reason ? -1 : 1);
      expect(said.sort(byReason)).toEqual([...suppressionsOf(state)].sort(byReason));
    }
  });
});
