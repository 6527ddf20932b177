import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectEventStore, type EventStore } from '@homing/event-store';
import { sql } from 'kysely';
import { createSystemQueries, type ReadModelConnection, type SystemQueries } from '@homing/read-model';
import type { OutreachTransition } from '@homing/contracts';
import { startTestBus, type TestBus } from '../../../libs/messaging/src/bus.fixture.js';
import { makeReadDatabase, type ReadDatabase } from '../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { append, until } from './projector.fixture.js';

// Real here: the shipped projector and event store server as processes, the official client, nats-server, Postgres.
const program = (room: string) => fileURLToPath(new URL(`../../${room}/dist/main.js`, import.meta.url));

interface Running {
  readonly process: ChildProcess;
  /** The first JSON line that has this field. */
  said(field: string): Promise<Record<string, unknown>>;
}

const processes: ChildProcess[] = [];

function run(room: string, env: Record<string, string>): Running {
  const child = spawn(process.execPath, [program(room)], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (text) =>
    lines.push(JSON.parse(text) as Record<string, unknown>),
  );
  return {
    process: child,
    async said(field) {
      await until(() => lines.some((line) => field in line), `${room} says ${field}`);
      return lines.find((line) => field in line)!;
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

const crashDir = mkdtempSync(join(tmpdir(), 'homing-projector-'));
let database: ReadDatabase;
let bus: TestBus;
let store: EventStore;
let readModel: ReadModelConnection;
let queries: SystemQueries;
let env: Record<string, string>;

beforeAll(async () => {
  [database, bus] = await Promise.all([makeReadDatabase(), startTestBus()]);
  // The orchestrator makes the streams; the projector may not.
  const orchestrator = bus.connect();
  await until(() => orchestrator.health().status === 'up', 'the streams are made');
  const server = run('event-store-dev', { PORT: '0' });
  const url = String((await server.said('port'))['url']);
  store = connectEventStore({ url });
  readModel = database.connect('system');
  queries = createSystemQueries(readModel);
  env = { EVENTSTORE_URL: url, NATS_URL: bus.url, READ_DATABASE_URL: database.urlOf('system'), LOG_LEVEL: 'info' };
});
afterAll(async () => {
  await store.dispose();
  await Promise.all(processes.map((child) => stop(child)));
  await bus.close();
  await database.drop();
  rmSync(crashDir, { recursive: true, force: true });
});

async function transitionsOnTheBus(): Promise<OutreachTransition[]> {
  const { manager } = await bus.connect().api();
  const { state } = await manager.streams.info('EVENTS');
  const found: OutreachTransition[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage('EVENTS', { seq });
    if (message) found.push(message.json<{ data: OutreachTransition }>().data);
  }
  return found;
}

/** Rows of another moment than the checkpoint, in any table: what a kill within a batch would leave if it were not one transaction. */
async function tornRows(): Promise<bigint> {
  const { rows } = await sql<{ torn: bigint }>`with seen as (
      select outreach_id, max(revision) as revision, max(position) as position from read_model.outreach_events group by outreach_id
    ), at as (select coalesce(max(position), 0) as position from read_model.checkpoint where name = 'read-model')
    select count(*) as torn from seen full join read_model.folded_state as f using (outreach_id) full join read_model.outreach as o using (outreach_id), at
    where f.revision is distinct from seen.revision or o.revision is distinct from seen.revision
      or o.updated_position is distinct from seen.position or seen.position > at.position
      or at.position <> (select max(position) from seen)`.execute(readModel.db);
  return rows[0]?.torn ?? -1n;
}

describe('the shipped projector', () => {
  it('killed at each point of its way and started again, leaves nothing out and publishes nothing twice', async () => {
    const points = ['before-commit', 'after-commit', 'amid-commit', 'after-publish', 'after-checkpoint'].map(
      (point) => `projector.${point}`,
    );
    let n = 0;
    for (const point of points) {
      const dying = run('projector', { ...env, HOMING_CRASH_POINTS: point, HOMING_CRASH_DIR: crashDir });
      const ended = once(dying.process, 'exit');
      for (const last = n + 5; n < last; n += 1) {
        await append(store, n, (s) => s.intake);
        await append(store, n, (s) => [s.started(), s.accepted(), s.fact('delivered', 110), s.settled('delivered')]);
      }
      const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
      expect({ point, signal, marked: existsSync(join(crashDir, point)) }).toEqual({
        point,
        signal: 'SIGKILL',
        marked: true,
      });
      expect({ point, torn: await tornRows() }).toEqual({ point, torn: 0n });
    }
    const last = run('projector', env);
    const expected = n * 7;
    const rows = () => queries.eventsAfter({ afterPosition: 0n, limit: 1_000 });
    await until(async () => (await rows()).length === expected, 'every event is a row');
    await until(async () => (await transitionsOnTheBus()).length >= expected, 'every event is on the bus');
    const published = await transitionsOnTheBus();
    const positions = published.map((transition) => transition.position);
    expect(positions.toSorted()).toEqual((await rows()).map((row) => row.position.toString()).toSorted());
    for (const id of new Set(published.map((transition) => transition.outreachId))) {
      const revisions = published.filter((each) => each.outreachId === id).map((each) => each.revision);
      expect(revisions).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    }
    const { url } = await last.said('url');
    const ready = async () => (await fetch(`${String(url)}/health/ready`)).status === 200;
    await until(ready, 'the projector is ready');
    const ended = once(last.process, 'exit');
    last.process.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
