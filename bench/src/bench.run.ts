import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { calibrate } from './calibrate/machine.calibration.js';
import { withRatios, type BenchReport, type Calibration, type SectionReport } from './figures/report.js';
import { reportLines } from './figures/report.table.js';
import type { BenchFlags, SectionName } from './flags/bench.flags.js';
import { machineFacts } from './machine/machine.watch.js';
import { batchedEmail } from './sections/batched-email.section.js';
import { accept } from './sections/accept.section.js';
import { budget } from './sections/budget.section.js';
import { decision } from './sections/decision.section.js';
import { e2e } from './sections/e2e.section.js';
import { highest } from './sections/highest.section.js';
import { idle } from './sections/idle.section.js';
import { rebuild } from './sections/rebuild.section.js';
import type { Section } from './sections/section.js';
import { whatIf } from './sections/what-if.section.js';
import { mixedWebhooks, webhooks } from './sections/webhooks.section.js';
import { DURABILITY, startBenchStack } from './stack/bench.stack.js';

/** Results of the last run, for programs. */
export const RESULTS = fileURLToPath(new URL('../results.json', import.meta.url));

/** Sections that start stacks of their own, after the others' is gone. */
const OWN_STACK = { 'batched-email': batchedEmail } as const;
type OwnStack = keyof typeof OWN_STACK;
const hasOwnStack = (name: SectionName): name is OwnStack => name in OWN_STACK;

const sections: Readonly<Record<Exclude<SectionName, OwnStack>, Section>> = {
  idle,
  e2e,
  accept,
  webhooks,
  'webhooks-mixed': mixedWebhooks,
  highest,
  rebuild,
  'what-if': whatIf,
  budget,
  decision,
};

export interface BenchIo {
  /** Progress, as it goes. */
  readonly say: (text: string) => void;
  /** The report. */
  readonly print: (text: string) => void;
}

/** Starts the shipped processes, measures what was asked for, stops them; writes `bench/results.json` and prints the report. */
export async function runBench(flags: BenchFlags, { say, print }: BenchIo): Promise<void> {
  say('starting the stack');
  const { measured, calibration } = await inOneStack(flags, say);
  for (const name of flags.sections.filter(hasOwnStack)) measured.push(await OWN_STACK[name]({ flags, say }));
  const report: BenchReport = {
    measuredAt: new Date().toISOString(),
    quick: flags.quick,
    machine: machineFacts(),
    durability: DURABILITY,
    calibration,
    sections: measured.map((section) => withRatios(section, calibration)),
  };
  writeFileSync(RESULTS, `${JSON.stringify(report, undefined, 2)}\n`);
  print(`${reportLines(report).join('\n')}\n`);
}

/** The yardsticks and all sections that share a stack. */
async function inOneStack(
  flags: BenchFlags,
  say: BenchIo['say'],
): Promise<{ readonly measured: SectionReport[]; readonly calibration: Calibration }> {
  const stack = await startBenchStack(flags);
  try {
    // Idle first: nothing has been asked of the processes yet, not even to calibrate.
    const parts = { stack, flags, say };
    const measured = flags.sections.includes('idle') ? [await idle(parts)] : [];
    say('calibrating');
    const calibration = await calibrate(stack, { times: flags.quick ? 60 : 300 });
    for (const name of flags.sections)
      if (name !== 'idle' && !hasOwnStack(name)) measured.push(await sections[name](parts));
    return { measured, calibration };
  } finally {
    say('stopping the stack');
    await stack.stop();
  }
}
