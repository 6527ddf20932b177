import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, type LocalStack } from '@homing/testing/local-stack';
import type { BenchIo } from '../bench.run.js';
import { sectionLines } from '../figures/report.table.js';
import type { BenchFlags } from '../flags/bench.flags.js';
import { drained, loadMessages } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { processesOf, STORES, usageOfStack, type StackUsage } from '../machine/stack.usage.js';
import { cpuFigures } from '../sections/cost.figures.js';
import { startBenchStack } from '../stack/bench.stack.js';
import { costsOf, scaledTo, type CpuProfile } from './profile.cost.js';
import { profileLines, type ProcessCosts } from './profile.table.js';

/** Profiles every Node process under one steady load and prints who spends the CPU of a message. */
export async function runProfile(flags: BenchFlags, { say, print }: BenchIo): Promise<void> {
  const rate = flags.rate ?? 80;
  const seconds = flags.seconds ?? (flags.quick ? 6 : 20);
  const folder = mkdtempSync(join(tmpdir(), 'homing-profile-'));
  const hook = new URL('./profile.hook.js', import.meta.url);
  hook.searchParams.set('dir', folder);
  say('starting the stack');
  const stack = await startBenchStack({ NODE_OPTIONS: `--import=${hook.href}` });
  try {
    const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
    say(`profile: warming up at ${rate}/s`);
    const warm = await loadMessages(stack, { rate, seconds: Math.max(5, seconds / 2), via: flags.via });
    await drained(stack, observer, warm.accepted.length);
    const pids = [...processesOf(stack)].flatMap(([name, [pid]]) => (STORES.has(name) || !pid ? [] : [pid]));
    const before = await usageOfStack(stack);
    toggle(pids);
    say(`profile: ${rate}/s for ${seconds} s over ${flags.via}`);
    const load = await loadMessages(stack, { rate, seconds, via: flags.via });
    await drained(stack, observer, warm.accepted.length + load.accepted.length);
    toggle(pids);
    const after = await usageOfStack(stack);
    await observer.stop();
    const written = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
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
        readProfiles(folder, written(), (name) => cpuUs(before, after, name)),
        messages,
      ),
    ];
    print(`${lines.join('\n')}\n`);
  } finally {
    await end(stack, folder);
  }
}

function toggle(pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
}

const cpuUs = (before: StackUsage, after: StackUsage, service: string): number =>
  1_000 * ((after.cpuMs[service] ?? 0) - (before.cpuMs[service] ?? 0));

const readProfiles = (folder: string, names: readonly string[], spentUs: (service: string) => number): ProcessCosts[] =>
  names.map((name) => {
    const service = name.replace(/-\d+\.cpuprofile$/, '');
    const profile = JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
    return { service, costs: scaledTo(costsOf(profile), spentUs(service)) };
  });

async function end(stack: LocalStack, folder: string): Promise<void> {
  try {
    await stack.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
