import { INVARIANTS } from './invariants/invariant.watch.js';
import type { SeedResult } from './seed.run.js';

/** Lines of the trace that are shown before the first thing that went wrong. */
const SHOWN = 120;

/** What a seed that failed has to say: what broke, how it came to that, and how to see it again. */
export function reportOf({ seed, violations, trace }: SeedResult): string {
  const [first] = violations;
  const end = first?.line ?? trace.length;
  const broken = [...new Set(violations.map(({ invariant }) => invariant))].map(
    (name) => `  ${name} (${INVARIANTS[name]})`,
  );
  return [
    `seed ${seed}; again: SEED=${seed} npm run test:unit -- e2e/simulation/seeds`,
    ...broken,
    ...violations.slice(0, 10).map(({ invariant, message }) => `  ! ${invariant}: ${message.slice(0, 500)}`),
    ...trace.lines.slice(Math.max(0, end - SHOWN), end),
  ].join('\n');
}
