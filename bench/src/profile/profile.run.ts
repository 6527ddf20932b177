import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '@homing/testing/local-stack';
import type { BenchIo } from '../bench.run.js';
import { sectionLines } from '../figures/report.table.js';
import type { BenchFlags } from '../flags/bench.flags.js';
import { drained, loadMessages } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { processesOf, STORES, usageOfStack, type StackUsage } from '../machine/stack.usage.js';
import { cpuFigures } from '../sections/cost.figures.js';
import { startBenchStack } from '../stack/bench.stack.js';
import { analyseTables } from '../stack/store.access.js';
import { costsOf, scaledTo, type CpuProfile } from './profile.cost.js';
import { profileLines, type ProcessCosts } from './profile.table.js';

/** The profiles of the last run stay here, for a viewer. */
const PROFILES = fileURLToPath(new URL('../../profiles', import.meta.url));

/** Beginning a profile takes each process a second or two of CPU, which is no message's. */
const BEGINNING_MS = 5_000;

/** Profiles every Node process under one steady load and prints who spends the CPU of a message. */
export async function runProfile(flags: BenchFlags, { say, print }: BenchIo): Promise<void> {
  const rate = flags.rate ?? 80;
  const seconds = flags.seconds ?? (flags.quick ? 6 : 20);
  rmSync(PROFILES, { recursive: true, force: true });
  mkdirSync(PROFILES);
  const hook = new URL('./profile.hook.js', import.meta.url);
  hook.searchParams.set('dir', PROFILES);
  say('starting the stack');
  const stack = await startBenchStack({ ...flags, environment: { NODE_OPTIONS: `--import=${hook.href}` } });
  try {
    const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
    say(`profile: warming up at ${rate}/s`);
    const warm = await loadMessages(stack, { rate, seconds: Math.max(5, seconds), via: flags.via });
    await drained(stack, observer, warm.accepted.length);
    await analyseTables(stack);
    const pids = [...processesOf(stack)].flatMap(([name, [pid]]) => (STORES.has(name) || !pid ? [] : [pid]));
    toggle(pids);
    await pause(BEGINNING_MS);
    const before = await usageOfStack(stack);
    say(`profile: ${rate}/s for ${seconds} s over ${flags.via}`);
    const load = await loadMessages(stack, { rate, seconds, via: flags.via });
    await drained(stack, observer, warm.accepted.length + load.accepted.length);
    const after = await usageOfStack(stack);
    toggle(pids);
    await observer.stop();
    const written = (): string[] => readdirSync(PROFILES).filter((name) => name.endsWith('.cpuprofile'));
    await until(() => written().length === pids.length, 'the profiles to be written');
    const messages = load.accepted.length;
    const lines = [
      ...sectionLines({
        name: 'cpu of the profiled run',
        what: `${messages} messages at ${rate}/s over ${flags.via}; profiling itself is in it.`,
        figures: cpuFigures(before, after, messages).map(({ ratio: _none, ...figure }) => figure),
      }),
      '',
      ...profileLines(
        readProfiles(written(), (name) => cpuUs(before, after, name)),
        messages,
      ),
    ];
    print(`${lines.join('\n')}\n`);
  } finally {
    await stack.stop();
  }
}

function toggle(pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
}

const cpuUs = (before: StackUsage, after: StackUsage, service: string): number =>
  1_000 * ((after.cpuMs[service] ?? 0) - (before.cpuMs[service] ?? 0));

const readProfiles = (names: readonly string[], spentUs: (service: string) => number): ProcessCosts[] =>
  names.map((name) => {
    const service = name.replace(/-\d+\.cpuprofile$/, '');
    const profile = JSON.parse(readFileSync(join(PROFILES, name), 'utf8')) as CpuProfile;
    return { service, costs: scaledTo(costsOf(profile), spentUs(service)) };
  });
