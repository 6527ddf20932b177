// Against a real Postgres: the rows do not depend on where batches were cut, and hold what the domain's register holds.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contactStream, type ConsentEvent } from '@homing/contracts';
import { evolveContact, unknownContact, type ContactState } from '@homing/domain';
import fc from 'fast-check';
import { at, Store, tenantOf } from '../fixtures/outreach-story.fixture.js';
import { project } from '../fixtures/project.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../fixtures/read-database.fixture.js';
import { migrateReadModel } from '../migrations/migrate.runner.js';
import { compareReadModels } from '../rebuilding/read-model.comparison.js';
import { createSystemQueries } from '../queries/system.queries.js';
import type { ConsentWordRow } from '../tables/consent.tables.js';

let database: ReadDatabase;
let schemas = 0;
beforeAll(async () => void (database = await makeReadDatabase()));
afterAll(() => database.drop());

async function rowsOf(store: Store, batchSize: number): Promise<ConsentWordRow[]> {
  const schema = `test_${(schemas += 1)}`;
  await migrateReadModel(database.ownerUrl, { roles: database.roles, schema });
  const connection = database.connect('system', { schema });
  await project(connection, store.events, batchSize);
  const queries = createSystemQueries(connection);
  const rows: ConsentWordRow[] = [];
  for (let after = ''; ; after = rows.at(-1)?.fingerprint ?? '') {
    const page = await queries.consentWords({ after, limit: 2 });
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

const word = fc.record({
  contact: fc.integer({ min: 0, max: 12 }),
  /** Few, so that words are recorded again. */
  entry: fc.integer({ min: 0, max: 9 }),
  channel: fc.constantFrom('sms' as const, 'email' as const),
  withdraws: fc.boolean(),
  second: fc.integer({ min: 0, max: 9 }),
});
type Word = typeof word extends fc.Arbitrary<infer W> ? W : never;

function eventOf({ contact, entry, channel, withdraws, second }: Word): ConsentEvent {
  const of = { tenantId: tenantOf(1), fingerprint: `contact-of-${contact}`, causationId: 'c' };
  const said = { purpose: 'marketing', source: 'form', at: at(second) } as const;
  const data = { ...of, channel, ...said, consentId: `entry-${entry}` };
  if (withdraws) return { type: 'ConsentWithdrawn', data: { ...data, by: 'key:a' } };
  return { type: 'ConsentGranted', data: { ...data, evidence: 'FORM-1', wording: 'W-1', validUntil: at(59) } };
}

describe('the words of consent', () => {
  it('are the same whatever the size of the batches, and those that the domain keeps', async () => {
    const store = new Store();
    const states = new Map<string, ContactState>();
    for (const event of fc.sample(word, 150).map(eventOf)) {
      const { fingerprint } = event.data;
      store.append(contactStream(fingerprint), tenantOf(1), event);
      states.set(fingerprint, evolveContact(states.get(fingerprint) ?? unknownContact, event));
    }
    const rows = await rowsOf(store, 1_000);
    expect(await rowsOf(store, 1)).toEqual(rows);
    expect(await rowsOf(store, 7)).toEqual(rows);
    const ids = ({ consentId, kind }: { consentId: string; kind: string }): string => `${consentId} ${kind}`;
    for (const [fingerprint, state] of states) {
      if (state.status === 'unknown') throw new Error('a contact of whom nothing was said');
      const kept = rows.filter((row) => row.fingerprint === fingerprint);
      expect(kept.map(ids).sort()).toEqual((state.consents ?? []).map(ids).sort());
    }
    expect(rows).not.toEqual([]);
  });

  it('are compared when the read model is rebuilt', async () => {
    const store = new Store();
    const event = eventOf({ contact: 1, entry: 1, channel: 'sms', withdraws: false, second: 1 });
    store.append(contactStream(event.data.fingerprint), tenantOf(1), event);
    await Promise.all([rowsOf(store, 1), rowsOf(new Store(), 1)]);
    const { db } = database.connect('system');
    const found = await compareReadModels(db, { live: `test_${schemas - 1}`, rebuilt: `test_${schemas}` });
    expect(found).toMatchObject([{ table: 'consent_words', onlyLive: 1, onlyRebuilt: 0 }]);
  });
});
