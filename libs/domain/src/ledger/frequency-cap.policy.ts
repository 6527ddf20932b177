import type { Channel } from '@homing/contracts';

/** At most `limit` contacts in any window of `hours` hours, on one channel or on all together. */
export interface FrequencyCap {
  readonly limit: number;
  readonly hours: number;
  readonly channel?: Channel;
}

/** 3 a day, 10 a week (REQUIREMENTS B3): rolling windows, so that midnight lets nobody through twice. */
export const DEFAULT_CAPS: readonly FrequencyCap[] = [
  { limit: 3, hours: 24 },
  { limit: 10, hours: 168 },
];

/** A contact that will happen at some instant from `at` to `until`, both ISO. */
export interface PlannedContact {
  readonly channel: Channel;
  readonly at: string;
  readonly until: string;
}

/**
 * The first cap that one more contact would break, whichever instants within their bounds the planned ones happen at. Every
 * window that contains the new one is looked at, those reaching into the future included.
 */
export function brokenCap(
  wanted: PlannedContact,
  others: readonly PlannedContact[],
  caps: readonly FrequencyCap[],
): FrequencyCap | undefined {
  return caps.find((cap) => {
    if (cap.channel !== undefined && cap.channel !== wanted.channel) return false;
    const counted = others.filter((other) => cap.channel === undefined || other.channel === cap.channel).map(spanOf);
    const span = spanOf(wanted);
    const windowMs = cap.hours * 3_600_000;
    // Each contact in turn as the earliest of a window; of two at once the new one may be either.
    return [span, ...counted].some((first) => {
      const inWindow = (other: Span): boolean => other.at >= first.at && other.at - first.until < windowMs;
      return inWindow(span) && counted.filter(inWindow).length + 1 > cap.limit;
    });
  });
}

interface Span {
  readonly at: number;
  readonly until: number;
}
const spanOf = ({ at, until }: PlannedContact): Span => ({ at: Date.parse(at), until: Date.parse(until) });
