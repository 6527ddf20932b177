import { setTimeout as delay } from 'node:timers/promises';
import { lookUp, showAll } from './outreach.lookup.js';
import { whereItStands } from './run.accounting.js';
import { outreachOf } from './run.state.js';
import type { Running } from './run.state.js';

const lookEveryMs = 250;
/** No decision for so long: ask again for those that are missing. */
const askAgainAfterMs = 15_000;
const askAtMost = 3;
/** Nothing moves for so long: what is still open is shown as open. */
const patienceMs = 60_000;
/** Opens and clicks come after the delivery that settles an outreach. */
const afterglowMs = 2_000;
const readAgainAfterMs = 2_000;

/** Until every sound line has its decision and the faulty ones lie among the dead letters, or patience ends. */
export async function untilAnswered({ lines, publisher, deadLetters }: Running): Promise<void> {
  const faulty = lines.filter(({ fault }) => fault !== undefined).length;
  const quiet = quietness();
  for (let asked = 1; ;) {
    const missing = lines.filter(({ line, fault }) => fault === undefined && !publisher.answers.has(line));
    const dead = await deadLetters();
    if (missing.length === 0 && dead >= faulty) return;
    if (quiet.since(`${missing.length} ${dead}`) > askAgainAfterMs) {
      if (asked === askAtMost) return;
      asked += 1;
      quiet.reset();
      await publisher.publish(missing);
    }
    await delay(lookEveryMs);
  }
}

/** Until nothing of this run is under way any more: what waits for its next attempt is not waited for. */
export async function untilAtRest(running: Running): Promise<void> {
  const { journal } = running;
  const ids = outreachOf(running);
  const quiet = quietness();
  const glow = quietness();
  for (;;) {
    const told = [...ids].filter((id) => journal.of(id)?.whole);
    const moving = told.filter((id) => !journal.of(id)?.atRest);
    if (quiet.since(moving.length) > patienceMs) return;
    if (moving.length > 0) glow.reset();
    else if (glow.since(told.length) > afterglowMs && (await noneOpen(running, ids, told))) return;
    await delay(lookEveryMs);
  }
}

/** Those the feed did not tell from their beginning (an earlier run's) are looked up. */
async function noneOpen({ api }: Running, ids: ReadonlySet<string>, told: readonly string[]): Promise<boolean> {
  const known = new Set(told);
  const untold = new Set([...ids].filter((id) => !known.has(id)));
  if (untold.size === 0) return true;
  const rows = await lookUp(api, untold);
  const open = [...rows.values()].filter((row) => whereItStands(row) === 'open');
  const shown = await showAll(
    api,
    open.map(({ outreachId }) => outreachId),
  );
  if (rows.size === untold.size && shown.every((each) => whereItStands(each, each) !== 'open')) return true;
  await delay(readAgainAfterMs);
  return false;
}

/** Milliseconds since what it is shown last changed. */
function quietness() {
  let last: unknown;
  let at = performance.now();
  return {
    since(shown: unknown): number {
      if (shown !== last) [last, at] = [shown, performance.now()];
      return performance.now() - at;
    },
    reset: () => void (at = performance.now()),
  };
}
