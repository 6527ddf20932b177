import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LocalStack } from '@homing/testing/local-stack';
import { valueFigure } from '../figures/report.js';
import { loadMessages, drained } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { secretsOf, withClient } from '../stack/store.access.js';
import { noise } from './cost.figures.js';
import type { Section } from './section.js';

const program = fileURLToPath(new URL('../../../apps/projector/dist/main.js', import.meta.url));
/** So that there is something to read: a rebuild of a handful of events measures a start. */
const LEAST_EVENTS = 5_000;

/** The read model made anew from the beginning, beside the live one, and compared with it row for row. */
export const rebuild: Section = async ({ stack, flags, say }) => {
  await enoughEvents(stack, flags.quick ? LEAST_EVENTS / 5 : LEAST_EVENTS, say);
  const events = await countEvents(stack);
  const environment = stack.environmentOf('projector');
  const owner = new URL(environment['READ_DATABASE_URL'] ?? '');
  owner.username = 'read_owner';
  owner.password = (secretsOf(stack)['databasePasswords'] as unknown as Record<string, string>)['read_owner'] ?? '';
  const before = await usageOfStack(stack);
  const own = ownCpuMs();
  say(`rebuild: ${events} events`);
  const schema = `rebuilt_${Date.now().toString(36)}`;
  const begun = performance.now();
  await run({ ...environment, READ_OWNER_DATABASE_URL: owner.href, REBUILD_SCHEMA: schema });
  const seconds = (performance.now() - begun) / 1_000;
  const spent = ownCpuMs() - own;
  const after = await usageOfStack(stack);
  return {
    name: 'rebuild',
    what: `\`main.js rebuild\` over ${events} events, from the start of its process to the end of the comparison (equal), the live projector running.`,
    othersShare: noise(before, after, spent),
    figures: [
      valueFigure('rebuild', events / seconds, { unit: '/s', to: 'insert' }),
      valueFigure('CPU an event, the rebuilding process', spent / events, { unit: 'CPU-ms', to: 'cpu' }),
    ],
  };
};

async function enoughEvents(stack: LocalStack, wanted: number, say: (text: string) => void): Promise<void> {
  const missing = wanted - (await countEvents(stack));
  if (missing <= 0) return;
  say('rebuild: making events to read');
  const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
  try {
    // At least eight events a message.
    const { accepted } = await loadMessages(stack, { rate: 80, seconds: missing / 8 / 80 + 1, via: 'bus' });
    await drained(stack, observer, accepted.length);
  } finally {
    await observer.stop();
  }
}

const countEvents = (stack: LocalStack): Promise<number> =>
  withClient(stack.env['DATABASE_URL'] ?? '', async (client) => {
    const { rows } = await client.query<{ n: string }>('select count(*) as n from read_model.outreach_events');
    return Number(rows[0]?.n ?? 0);
  });

function run(env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [program, 'rebuild'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the rebuild ended with ${code}:\n${output}`)),
    );
  });
}
