import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { until } from '@homing/testing';
import { dropDatabase } from '@homing/testing/postgres-drop';
import { type Child, startChild } from '../../../service-kit/src/child-process.fixture.js';
import { holdLeadership, type Leadership } from './leadership.lock.js';
import { LEASE_TIMING } from './lease.clock.js';
import { SilentRoute } from './silent-route.fixture.js';

// Real: Postgres, and the candidates as processes of their own, with the times that are shipped.
const url = process.env['HOMING_TEST_POSTGRES_URL'] ?? '';
const database = `leading_${process.pid}`;
const own = (): string => Object.assign(new URL(url), { pathname: `/${database}` }).href;
let admin: pg.Client;
let acts: pg.Client;

beforeAll(async () => {
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create database ${database}`);
  acts = new pg.Client({ connectionString: own() });
  await acts.connect();
  await acts.query('create table acts (n bigserial, who text not null)');
});
afterAll(async () => {
  await acts.end();
  for (const statement of dropDatabase(database)) await admin.query(statement);
  await admin.end();
});

const children: Child[] = [];
beforeEach(() => acts.query('truncate acts'));
afterEach(async () => {
  for (const child of children) child.process.kill('SIGKILL');
  await Promise.all(children.splice(0).map((child) => child.ended));
});

function candidate(who: string, lockUrl = own()): Child {
  const child = startChild('../../read-model/src/leading/leader.fixture.ts', {
    ...{ WHO: who, LOCK_URL: lockUrl, ACTS_URL: own() },
  });
  children.push(child);
  return child;
}
const role = (child: Child, name: string) => child.line((line) => line['role'] === name);
const acted = (child: Child) => child.line((line) => 'acted' in line);
async function twoCandidates(firstUrl?: string): Promise<[Child, Child]> {
  const first = candidate('first', firstUrl);
  await acted(first);
  const second = candidate('second');
  await role(second, 'standby');
  await until(() => hasAsked('second'), 'the second to have asked for the lock');
  return [first, second];
}
/** Who acted, each stretch once: `first second` means that the first did nothing once the second had begun. */
async function stretches(): Promise<string> {
  const { rows } = await acts.query<{ who: string }>('select who from acts order by n');
  return rows
    .map((row) => row.who)
    .filter((who, index, all) => who !== all[index - 1])
    .join(' ');
}

const hasAsked = async (who: string): Promise<boolean> => {
  const asked = `select 1 from pg_stat_activity where application_name = $1 and query like '%advisory%'`;
  return (await acts.query(asked, [who])).rowCount === 1;
};
/** Whose session has the lock. While nobody's has: who had it last. */
let last: string | undefined;
async function holder(): Promise<string | undefined> {
  const { rows } = await acts.query<{ name: string }>(`select application_name as name from pg_stat_activity
    join pg_locks using (pid) where locktype = 'advisory' and granted and datname = current_database()`);
  return (last = rows[0]?.name ?? last);
}

it('is held for less time than the database waits, and changes hands within 30 s', () => {
  const { tryMs, beatMs, holdMs, silenceMs } = LEASE_TIMING;
  expect(2 * beatMs).toBeLessThan(holdMs);
  expect(holdMs).toBeLessThan(silenceMs);
  expect(silenceMs + tryMs).toBeLessThan(30_000);
});

describe('the lease', () => {
  it('is taken over from a leader that was killed', async () => {
    const [first, second] = await twoCandidates();
    first.process.kill('SIGKILL');
    await acted(second);
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(await stretches()).toBe('first second');
  });

  it('is taken over from a leader that is frozen; when it wakes it does nothing more', async () => {
    const [first, second] = await twoCandidates();
    first.process.kill('SIGSTOP');
    await acted(second);
    expect(first.process.exitCode).toBeNull();
    const before = first.lines.length;
    first.process.kill('SIGCONT');
    await first.line((line) => line['role'] === 'standby' && first.lines.indexOf(line) >= before);
    expect(first.lines.slice(before)).not.toContainEqual({ role: 'leading' });
    expect(await stretches()).toBe('first second');
  });

  it('is taken over from a leader whose connection has fallen silent, after that leader has stopped', async () => {
    const { hostname, port } = new URL(url);
    const route = await SilentRoute.to({ host: hostname, port: Number(port) });
    try {
      const [first, second] = await twoCandidates(route.instead(own()));
      route.fallSilent();
      await role(first, 'starting');
      await acted(second);
      expect(await stretches()).toBe('first second');
    } finally {
      await route.close();
    }
  });

  it('is not given to a standby that is frozen', async () => {
    const [first, frozen] = await twoCandidates();
    frozen.process.kill('SIGSTOP');
    const third = candidate('third');
    await role(third, 'standby');
    expect(await holder()).toBe('first');
    first.process.kill('SIGKILL');
    await until(async () => (await holder()) !== 'first', 'the lock to change hands');
    expect(await holder()).toBe('third');
    await acted(third);
    expect(await stretches()).toBe('first third');
  });
});

describe('a leadership', () => {
  const hold = (name: string, signal = new AbortController().signal): Promise<Leadership> =>
    holdLeadership({ connectionString: own(), name, instance: `holds ${name}`, signal, timing: { tryMs: 20 } });

  it('is of one name: another one is led by another', async () => {
    const both = [await hold('one'), await hold('other')];
    expect(both.map((leadership) => leadership.held())).toEqual([true, true]);
    await Promise.all(both.map((leadership) => leadership.release()));
    expect(both.map((leadership) => leadership.held())).toEqual([false, false]);
  });

  it('is lost when the database ends its session', async () => {
    const leadership = await hold('ended');
    const lost = new Promise((resolve) => leadership.lost.addEventListener('abort', resolve));
    await acts.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holds ended'`);
    await lost;
    expect(leadership.held()).toBe(false);
    await leadership.release();
  });

  it('is given to who waits when it is released, and waiting can be given up', async () => {
    const first = await hold('released');
    const giveUp = new AbortController();
    const impatient = hold('released', giveUp.signal);
    const patient = hold('released');
    giveUp.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    await first.release();
    const second = await patient;
    expect(second.held()).toBe(true);
    await second.release();
  });
});
