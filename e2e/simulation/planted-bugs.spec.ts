import { describe, expect, it } from '@jest/globals';
import { PLANTED_BUGS, type PlantedBug } from './bugs/index.js';
import { runSeed } from './seed.run.js';

/** A bug that hides longer than this hides too well: give the weather, the workload or the invariants more bite. */
const WITHIN = 300;
const TIMEOUT_MS = 300_000;

/** The first seed whose history breaks the named invariant; undefined: none of them does. */
async function seedThatFinds({ plant, foundBy }: PlantedBug): Promise<number | undefined> {
  for (let seed = 0; seed < WITHIN; seed += 1) {
    // A planted bug may make a history that nothing can fold: that is no finding by the invariant it is looked for with.
    const { violations } = await runSeed(String(seed), plant).catch(() => ({ violations: [] }));
    if (violations.some(({ invariant }) => invariant === foundBy)) return seed;
  }
  return undefined;
}

describe('a service that', () => {
  it.each(PLANTED_BUGS.map((bug) => [bug.name, bug.foundBy, bug] as const))(
    '%s is found by %s',
    async (_name, _invariant, bug) => {
      expect(await seedThatFinds(bug)).toBeDefined();
    },
    TIMEOUT_MS,
  );
});
