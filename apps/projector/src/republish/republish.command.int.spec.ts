import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Publisher } from '@homing/messaging';
import { startTestBus, type TestBus } from '../../../../libs/messaging/src/bus.fixture.js';
import { runProgram } from '../../../../libs/service-kit/src/child-process.fixture.js';
import { until } from '../projector.fixture.js';
import { RebuildStage } from '../rebuild/rebuild.stage.fixture.js';

// Real here: the shipped command as a process, nats-server, Postgres, and a projector that goes on meanwhile.
let stage: RebuildStage;
let bus: TestBus;
let env: Record<string, string>;

beforeAll(async () => {
  [stage, bus] = await Promise.all([RebuildStage.set(), startTestBus()]);
  const connected = bus.connect();
  await until(() => connected.health().status === 'up', 'the streams are made');
  stage.lead({ publisher: new Publisher(connected) });
  env = { NATS_URL: bus.url, READ_DATABASE_URL: stage.database.urlOf('system'), LOG_LEVEL: 'warn' };
});
afterAll(async () => {
  await stage.strike();
  await bus.close();
});

interface Stored {
  readonly id: string;
  readonly run: string;
  readonly outreachId: string;
  readonly revision: number;
}

/** A busy server may let one question in thousands wait for longer than the client does. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 10 || (error as Error).name !== 'TimeoutError') throw error;
    }
  }
}

async function stored(): Promise<Stored[]> {
  const { manager } = await bus.connect().api();
  const { state } = await manager.streams.info('EVENTS');
  const found: Stored[] = [];
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq += 1) {
    const message = await patiently(() => manager.streams.getMessage('EVENTS', { seq }));
    if (!message) continue;
    const { data } = message.json<{ data: { outreachId: string; revision: string } }>();
    const header = (name: string) => message.header.get(name);
    found.push({
      ...{ id: header('Nats-Msg-Id'), run: header('Homing-Republished') },
      ...{ outreachId: data.outreachId, revision: Number(data.revision) },
    });
  }
  return found;
}
const countOf = async (run: string) => (await stored()).filter((message) => message.run === run).length;

describe('the republish command', () => {
  it('publishes again what the bus has just had, beside a projector that loses nothing of its own', async () => {
    for (let n = 0; n < 20; n += 1) await stage.life(n);
    await stage.allProjected();
    await until(async () => (await countOf('')) === 140, 'the projector to have published');
    let busy = true;
    const writing = (async () => {
      for (let n = 100; busy && n < 160; n += 1) {
        await stage.life(n);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const { code, out } = await runProgram('projector', env, ['republish', '--from', '0', '--run', 'first']);
    busy = false;
    await writing;
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('published again, run first') });
    expect(await countOf('first')).toBeGreaterThanOrEqual(140);
    await stage.allProjected();
    const rows = await stage.positions();
    await until(async () => (await countOf('')) === rows.length, 'the projector to have published what came meanwhile');
    const all = await stored();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const again = all.filter(({ run }) => run === 'first');
    for (const outreachId of new Set(again.map((message) => message.outreachId))) {
      const revisions = again.filter((message) => message.outreachId === outreachId).map(({ revision }) => revision);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    }
  });

  it('of the same run is taken once by the bus, of another run again', async () => {
    const args = ['republish', '--from', '0', '--to', (await stage.positions())[9]!];
    for (const run of ['same', 'same', 'other']) await runProgram('projector', env, [...args, '--run', run]);
    expect([await countOf('same'), await countOf('other')]).toEqual([10, 10]);
  });

  it('counts and publishes nothing when it is only tried', async () => {
    const before = (await stored()).length;
    const { code, out } = await runProgram('projector', env, [
      'republish',
      '--since',
      '2026-01-01',
      '--dry-run',
      '--json',
    ]);
    expect(code).toBe(0);
    const report = JSON.parse(out) as { events: number; dryRun: boolean };
    expect(report).toMatchObject({ dryRun: true, events: (await stage.positions()).length });
    expect((await stored()).length).toBe(before);
  });
});
