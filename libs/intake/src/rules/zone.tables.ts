import { UTC_TABLE, type ZoneTable, type ZoneTransition } from '@homing/domain';
import { IANAZone } from 'luxon';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Of the time zone data inside this process (ICU's), such as `2025c`. */
export const TZDATA = process.versions['tz'] ?? 'unknown';

const compiled = new Map<string, ZoneTable | undefined>();
/** Tables kept; what asks for more names years at random. */
const KEPT = 2_000;

/**
 * An IANA zone as data for the whole UTC years that a span of UTC milliseconds touches; undefined for a zone that this process
 * does not know. Compiled once for the same zone and years.
 */
export function zoneTable(
  zone: string,
  span: { readonly from: number; readonly until: number },
): ZoneTable | undefined {
  const years = [new Date(span.from).getUTCFullYear(), new Date(span.until).getUTCFullYear() + 1] as const;
  const key = `${zone} ${years.join(' ')}`;
  if (!compiled.has(key)) {
    if (compiled.size >= KEPT) compiled.clear();
    compiled.set(key, compile(zone, years));
  }
  return compiled.get(key);
}

/** The zone that channels' days are counted by; of a name this process does not know, UTC. */
export function quotaZone(zone: string, span: { readonly from: number; readonly until: number }): ZoneTable {
  return zoneTable(zone, span) ?? UTC_TABLE;
}

function compile(name: string, [first, end]: readonly [number, number]): ZoneTable | undefined {
  if (!IANAZone.isValidZone(name)) return undefined;
  const zone = IANAZone.create(name);
  const [from, until] = [Date.UTC(first, 0, 1), Date.UTC(end, 0, 1)];
  const offsetAt = (at: number): number => Math.round(zone.offset(at));
  const transitions: ZoneTransition[] = [{ at: from, offsetMinutes: offsetAt(from) }];
  let [at, offset] = [from, offsetAt(from)];
  // No zone changes its clocks and changes them back within a day.
  for (let next = from + DAY; at < until; next = Math.min(at + DAY, until)) {
    if (offsetAt(next) !== offset) {
      at = firstOther(offsetAt, { after: at, by: next, offset });
      offset = offsetAt(at);
      if (at < until) transitions.push({ at, offsetMinutes: offset });
    } else at = next;
  }
  return { zone: name, tzdata: TZDATA, from, until, transitions };
}

/** The minute at which the offset is another than it was; it is at `by`, and is not yet at `after`. */
function firstOther(
  offsetAt: (at: number) => number,
  { after, by, offset }: { after: number; by: number; offset: number },
): number {
  let [low, high] = [after / MINUTE, by / MINUTE];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE) === offset) low = middle;
    else high = middle;
  }
  return high * MINUTE;
}
