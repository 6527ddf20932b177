import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { sql } from 'kysely';
import { connectEventStore, type EventStore } from '@homing/event-store';
import type { ReadModelConnection } from '@homing/read-model';
import { makeReadDatabase, type ReadDatabase } from '../../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { project } from '../../../../libs/read-model/src/fixtures/project.fixture.js';
import { type Child, runProgram, startProgram } from '../../../../libs/service-kit/src/child-process.fixture.js';
import { append } from '../projector.fixture.js';
import { emailStory } from '../../../../libs/read-model/src/fixtures/outreach-story.fixture.js';

// Real here: the shipped command and the shipped event store server as processes, Postgres.
let database: ReadDatabase;
let live: ReadModelConnection;
let server: Child;
let store: EventStore;
let env: Record<string, string>;

beforeAll(async () => {
  database = await makeReadDatabase('shipped');
  live = database.connect('system');
  server = startProgram('event-store-dev', { PORT: '0' });
  const url = String((await server.line((line) => 'port' in line))['url']);
  store = connectEventStore({ url });
  for (let n = 0; n < 40; n += 1) await append(store, n, (s) => s.intake);
  const { events } = await all();
  await project(live, events);
  const read = { READ_DATABASE_URL: database.urlOf('system'), READ_OWNER_DATABASE_URL: database.ownerUrl };
  env = { EVENTSTORE_URL: url, ...read, LOG_LEVEL: 'warn' };
});
afterAll(async () => {
  await store.dispose();
  server.process.kill('SIGTERM');
  await server.ended;
  await database.drop();
});

/** Every event of the stories, in order of position. */
async function all() {
  const reads = await Promise.all(Array.from({ length: 40 }, (_, n) => store.readStream(emailStory({ n }).stream)));
  const events = reads.flatMap((read) => (read.kind === 'found' ? read.events : []));
  return { events: events.toSorted((a, b) => (a.position < b.position ? -1 : 1)) };
}

const run = (args: readonly string[], more: Record<string, string> = {}, on?: (child: ChildProcess) => void) =>
  runProgram('projector', { ...env, ...more }, args, on);

describe('the rebuild command', () => {
  it('ends with 0 when the rows are equal, and tells how it got on', async () => {
    const { code, out, said } = await run(['rebuild'], { REBUILD_SCHEMA: 'again_equal' });
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('equal, row for row') });
    expect(said).toMatch(/100\.0 % \(position \d+ of \d+\), [\d,]+ events\/s/);
  });

  it('ends with 64 and names what is wrong with how it was used', async () => {
    const existing = await run(['rebuild'], { REBUILD_SCHEMA: 'again_equal' });
    expect(existing).toMatchObject({ code: 64, said: expect.stringContaining('--resume or --anew?') });
    const both = await run(['rebuild', '--resume', '--anew']);
    expect(both).toMatchObject({ code: 64, said: expect.stringContaining('exclude each other') });
    expect(await run(['rebuild', '--fast'])).toMatchObject({ code: 64, said: expect.stringContaining('--swap') });
    expect(await run(['rebuild'], { EVENTSTORE_URL: '' })).toMatchObject({
      code: 64,
      said: expect.stringContaining('EVENTSTORE_URL'),
    });
    expect(await run(['rebuilt'])).toMatchObject({
      code: 64,
      said: expect.stringContaining('there are: confirm-restore, rebuild'),
    });
  });

  it('ends with 2 when rows differ and names them; put in place it ends with 0', async () => {
    const { outreachId } = emailStory({ n: 3 });
    await sql`update read_model.outreach set state = 'bounced' where outreach_id = ${outreachId}::uuid`.execute(
      live.db,
    );
    const different = await run(['rebuild', '--json']);
    expect(different.code).toBe(2);
    expect(JSON.parse(different.out)).toMatchObject({
      schema: 'read_model_rebuilt',
      differences: [{ table: 'outreach', onlyLive: 1, first: [{ key: { outreach_id: outreachId }, side: 'both' }] }],
    });
    const swapped = await run(['rebuild', '--resume', '--swap']);
    expect(swapped).toMatchObject({ code: 0, out: expect.stringContaining('the rebuilt rows are live') });
    expect(await run(['rebuild'])).toMatchObject({ code: 0 });
  });

  it('ends with 130 when it is interrupted, and goes on from there', async () => {
    const schema = { REBUILD_SCHEMA: 'again_interrupted' };
    // The live checkpoint is held, so the command waits before its end until the signal comes.
    const { promise: done, resolve: letGo } = Promise.withResolvers<void>();
    const holding = live.db.transaction().execute(async (trx) => {
      await trx.selectFrom('checkpoint').selectAll().forUpdate().execute();
      await done;
    });
    const interrupted = await run(['rebuild'], schema, (child) =>
      child.stderr?.once('data', () => {
        child.kill('SIGINT');
        letGo();
      }),
    );
    await holding;
    expect(interrupted).toMatchObject({ code: 130, said: expect.stringContaining('--resume goes on') });
    expect(await run(['rebuild', '--resume'], schema)).toMatchObject({ code: 0 });
  });
});
