import { runBench } from './bench.run.js';
import { parseBenchFlags } from './flags/bench.flags.js';
import { runProfile } from './profile/profile.run.js';

try {
  const flags = parseBenchFlags(process.argv.slice(2));
  const begun = performance.now();
  const say = (text: string): void =>
    console.error(`${((performance.now() - begun) / 1_000).toFixed(1).padStart(7)} s  ${text}`);
  const io = { say, print: (text: string) => void process.stdout.write(text) };
  await (flags.profile ? runProfile(flags, io) : runBench(flags, io));
} catch (error) {
  // Faults a person can mend come as plain words; anything else keeps its stack.
  const { message, stack } = error as Error;
  console.error(`\n${message.includes('\n  next:') ? message : stack}`);
  process.exitCode = 1;
}
