import type { Wish } from '../workload/request.plan.js';
import type { World } from '../world/sim.world.js';
import type { Place } from '../world/fault.profile.js';
import type { Roster } from './process.roster.js';

/** Freezes in the middle of something: a decider for longer than a booking holds, a gateway for longer than a lease. */
const BLOWS = [
  { service: 'orchestrator', least: 310_000, most: 1_000_000 },
  { service: 'gateway', least: 20_000, most: 100_000 },
] as const;

/** What befalls processes and places until the run heals. */
export function unleash(world: World, roster: Roster, wishes: readonly Wish[]): void {
  const { random, blows, faults, trace, spanMs } = world;
  const asked = wishes.flatMap((wish) => (random.chance(0.3) ? [wish.asks[0] as number] : []));
  const { outageEveryMs, busLoss } = faults.drawn;
  const left = BLOWS.map((blow) => ({ ...blow, times: blows.chance(0.2) ? 2 : 0 }));
  world.network.befall = (life) => {
    const blow = left.find(({ service, times }) => times > 0 && life.name.startsWith(service));
    if (blow && !faults.healed && blows.chance(0.1)) {
      blow.times -= 1;
      roster.freeze(life, blows.between(blow.least, blow.most));
    } else if (random.chance(faults.now.kill)) roster.kill(life, random.skewed(60_000));
    else if (random.chance(faults.now.freeze))
      roster.freeze(life, random.skewed(random.pick([100, 20_000, 20_000_000])) % 100_000);
  };
  repeatedly(world, outageEveryMs, () => {
    const place = random.pick<Place>(['store', 'bus', 'vault', 'rows', 'provider', 'ingestion']);
    const ms = random.skewed(300_000);
    trace.say(place, `is down for ${ms}`);
    faults.takeDown(place, ms);
  });
  if (random.chance(0.2)) world.time.after(random.next() * spanMs, () => roster.loseLock());
  // Shortly after somebody asked for something: then there is something to lose.
  if (busLoss === 'wiped')
    for (const at of asked) world.time.after(at + random.skewed(random.pick([50, 5_000])), () => world.bus.wipe());
  if (busLoss === 'rolled_back') {
    const from = (asked[0] ?? 0) + random.skewed(60_000);
    world.time.after(from, () => world.bus.takeSnapshot());
    world.time.after(from + random.next() * Math.max(60_000, spanMs - from), () => world.bus.rollBack());
  }
  if (random.chance(0.05)) restoreRows(world, roster);
  if (random.chance(0.05)) world.time.after(random.next() * spanMs, () => eraseSomebody(world));
  // And while their request is still to be decided.
  if (blows.chance(0.1)) for (const at of asked) world.time.after(at + blows.skewed(5_000), () => eraseSomebody(world));
}

/** At moments that chance picks, on average so far apart. */
function repeatedly(world: World, everyMs: number, run: () => void): void {
  if (!Number.isFinite(everyMs)) return;
  const next = (): void =>
    void world.time.after(-Math.log(1 - world.random.next()) * everyMs, () => {
      if (world.faults.healed) return;
      run();
      next();
    });
  next();
}

/** The read database is restored from an old copy. */
function restoreRows(world: World, roster: Roster): void {
  const { random, time, spanMs, rows, trace } = world;
  const from = random.next() * spanMs;
  time.after(from, () => {
    const copy = rows.copy();
    time.after(random.next() * (spanMs - from), () => {
      trace.say('rows', 'are restored from an old copy');
      rows.restore(copy);
      // Its server was restarted for it: every session is gone.
      roster.loseLock();
    });
  });
}

function eraseSomebody({ vault, blows, trace }: World): void {
  const sealed = [...vault.sealed.values()];
  const undecided = sealed.filter((each) => !each.fed);
  const people = [...new Set((undecided.length > 0 ? undecided : sealed).map((each) => each.personId))];
  if (people.length === 0) return;
  const personId = blows.pick(people);
  trace.say('vault', `erases ${trace.short('p', personId)}`);
  vault.erase(personId);
}
