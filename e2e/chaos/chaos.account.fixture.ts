import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { databaseUrl } from '@homing/embedded-stores';
import { until, type LocalStack } from '@homing/testing/local-stack';
import pg from 'pg';
import { whole } from './chaos.run.fixture.js';

/** Nothing can happen to these any more but what a provider still says, or a person decides. */
const TERMINAL = [
  'opened',
  'clicked',
  'delivered',
  'bounced',
  'complained',
  'unsubscribed',
  'failed',
  'outcome_unknown',
];
/** What the issue allows from the last restart on. */
const TERMINAL_WITHIN_MS = 60_000;

export interface Account {
  readonly accepted: number;
  readonly sent: number;
  readonly unknown: number;
  /** From the last restart, or the last request if that came later, until the last message was terminal; seconds. */
  readonly terminalAfter: number;
}

export interface Books {
  readonly stack: LocalStack;
  /** Everything acknowledged. The clock runs from the call: when all that was broken runs again and the load has ended. */
  readonly accepted: ReadonlySet<string>;
  /** False leaves out the comparison with a read model made again, which a later account of the same stack makes. Default true. */
  readonly compare?: boolean;
}

/**
 * What must hold after any fault: everything accepted is terminal in time, was sent once or not at all, is not lost, unknown outcomes
 * are listed, nobody's message is a dead letter, and the read model equals one made again from the events.
 */
export async function account({ stack, accepted, compare = true }: Books): Promise<Account> {
  const from = performance.now();
  const states = await allTerminal(stack, accepted);
  const terminalAfter = Math.round((performance.now() - from) / 100) / 10;
  await whole(stack);

  const ledger = await stack.ledger();
  const lines = Map.groupBy(
    ledger.filter(({ deliveryId }) => accepted.has(deliveryId.slice(0, 36))),
    ({ deliveryId, attempt }) => `${deliveryId}#${attempt}`,
  );
  expect([...lines].filter(([, twice]) => twice.length > 1)).toEqual([]);
  const perOutreach = Map.groupBy([...lines.keys()], (key) => key.slice(0, 36));
  expect([...perOutreach].filter(([, attempts]) => attempts.length > 1)).toEqual([]);
  const sent = new Set(perOutreach.keys());
  const lost = [...accepted].filter((id) => !sent.has(id) && !unsent(states.get(id)));
  expect(lost).toEqual([]);

  const unknown = [...accepted].filter((id) => states.get(id) === 'outcome_unknown').sort();
  const listed = new Set(await stack.api.unknownOutcomes());
  expect(unknown.filter((id) => !listed.has(id))).toEqual([]);

  const bus = await stack.bus('orchestrator');
  expect((await bus.stored('deadLetters')).map(({ headers }) => headers)).toEqual([]);
  if (compare) expect(await rebuild(stack)).toEqual({ code: 0, differences: [] });
  return { accepted: accepted.size, sent: sent.size, unknown: unknown.length, terminalAfter };
}

/** Surely not sent, or nobody knows: both are said. */
const unsent = (state: string | undefined): boolean => state === 'failed' || state === 'outcome_unknown';

async function allTerminal(stack: LocalStack, accepted: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  let away: string[] = [];
  const look = async () => {
    const states = await stack.api.states().catch(() => new Map<string, string>());
    away = [...accepted].filter((id) => !TERMINAL.includes(states.get(id) ?? 'lost'));
    away = away.map((id) => `${id} ${states.get(id) ?? 'lost'}`);
    return away.length === 0 && states;
  };
  const what = (): string => `${away.length} of ${accepted.size} to be terminal: ${away.slice(0, 8).join(', ')}`;
  try {
    return await until(look, what, TERMINAL_WITHIN_MS);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await waitingFor(stack, away)}`, { cause: error });
  }
}

/** What the timetable and the bus say about messages that do not move, for whoever reads the failure. */
async function waitingFor(stack: LocalStack, away: readonly string[]): Promise<string> {
  const client = new pg.Client({ connectionString: stack.environmentOf('projector')['READ_DATABASE_URL'] });
  await client.connect();
  try {
    const ids = away.map((each) => each.slice(0, 36));
    const { rows } = await client.query('select *, now() as now from timetable where outreach_id = any($1)', [ids]);
    const bus = await stack.bus('orchestrator');
    const backlog = await Promise.all((['outreach', 'dispatch', 'signals'] as const).map((each) => bus.backlog(each)));
    return JSON.stringify({
      timetable: rows.slice(0, 6),
      backlog: { outreach: backlog[0], dispatch: backlog[1], signals: backlog[2] },
    });
  } finally {
    await client.end();
  }
}

/** The operator's command, into a schema of its own; exit code and differences as it tells them. */
export async function rebuild(stack: LocalStack): Promise<{ code: number | null; differences: unknown }> {
  const environment = stack.environmentOf('projector');
  const owner = { name: 'read_owner', password: stack.databasePassword('read_owner') };
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../apps/projector/dist/main.js', import.meta.url)), 'rebuild', '--json'],
    {
      env: {
        ...environment,
        PORT: '0',
        READ_OWNER_DATABASE_URL: databaseUrl(environment['READ_DATABASE_URL'] ?? '', 'read', owner),
        REBUILD_SCHEMA: `rebuilt_${randomUUID().slice(0, 8)}`,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  const [code] = (await once(child, 'close')) as [number | null];
  const report = output
    .split('\n')
    .filter((line) => line.includes('"differences"'))
    .map((line) => JSON.parse(line) as { differences: unknown });
  return { code, differences: report.at(-1)?.differences ?? output.slice(-2_000) };
}
