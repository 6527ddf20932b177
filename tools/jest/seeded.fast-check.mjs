// Stands in for `fast-check` in every spec. `npm test` draws the same cases each time, so that what was green stays green until the code
// changes; `npm run test:full` draws new ones each time and a failure prints its seed. PROPERTY_SEED=random explores at any size,
// PROPERTY_SEED=<number> draws what that seed drew.
import fc from '../../node_modules/fast-check/lib/fast-check.js';

const STANDING_SEED = 20261121;
const asked = process.env.PROPERTY_SEED ?? (process.env.HOMING_TEST_SIZE === 'full' ? 'random' : String(STANDING_SEED));
if (asked !== 'random') {
  if (!/^-?\d{1,10}$/.test(asked)) throw new Error(`PROPERTY_SEED is "random" or a whole number, not "${asked}"`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
}

export * from '../../node_modules/fast-check/lib/fast-check.js';
export default fc;
