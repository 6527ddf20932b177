import { deliveryIdOf, ledgerKindOf, parseReservationKey, type OutreachEvent } from '@homing/contracts';
import { roundOf, type OutreachState } from '../outreach/outreach.state.js';
import { stepsLeft } from '../sequence/chain.stand.js';
import type { BookEntry } from './books.policy.js';

/** A reservation whose decision has not been committed for this long is reclaimed, unless set otherwise. Milliseconds. */
export const RECLAIM_AFTER_MS = 2 * 60_000;

/** A reservation as it stands open in a book. */
export interface OpenReservation {
  readonly stream: string;
  readonly key: string;
  /** ISO instant. */
  readonly reservedAt: string;
}

export interface Reclaim {
  /** The round of deciding to end first: nothing of it may be released before that stands in the stream. */
  readonly abandon?: number;
  /** Legs whose planning is to be fenced off first. */
  readonly fence: readonly number[];
  /** Nobody's any more. */
  readonly release: readonly BookEntry[];
}

/**
 * Which open reservations of one outreach are nobody's: of a round that was abandoned, of a request that was refused, or in a
 * book that the committed plan does not name. What a plan holds is left to `bookEntriesOf`.
 */
export function reclaimOf(
  state: OutreachState,
  open: readonly OpenReservation[],
  { now, afterMs = RECLAIM_AFTER_MS }: { readonly now: string; readonly afterMs?: number | undefined },
): Reclaim {
  const round = roundOf(state);
  const stale = open.filter(({ reservedAt }) => Date.parse(now) - Date.parse(reservedAt) >= afterMs);
  const roundOfKey = ({ key }: OpenReservation): number => parseReservationKey(key)?.round ?? 0;
  if (state.status === 'none' || state.status === 'requested') {
    const current = state.status === 'none' && stale.some((reservation) => roundOfKey(reservation) === round);
    const release = releasesOf(open.filter((reservation) => roundOfKey(reservation) < round));
    return { ...(current ? { abandon: round } : {}), fence: [], release };
  }
  if (state.status === 'refused') return { fence: [], release: releasesOf(open) };
  const legOf = ({ key }: OpenReservation): number => parseReservationKey(key)?.leg ?? 0;
  const orphaned = stale.filter((reservation) => {
    const delivery = state.deliveries.find((d) => d.leg === legOf(reservation));
    const committed = delivery?.plan.booking?.round ?? round;
    return !delivery?.ledgers?.includes(reservation.stream) || roundOfKey(reservation) !== committed;
  });
  // What is over cannot be planned for any more.
  const fence = state.status === 'settled' ? [] : [...new Set(orphaned.map(legOf))];
  return { fence, release: releasesOf(orphaned) };
}

/** The events that fence off whoever is still at it, to stand in the stream before anything is released. */
export function fenceEvents(
  state: OutreachState,
  { abandon, fence }: Reclaim,
  of: { outreachId: string; now: string },
): OutreachEvent[] {
  const at = of.now;
  if (state.status === 'none') {
    if (abandon !== roundOf(state)) return [];
    return [{ type: 'OutreachAbandoned', data: { outreachId: of.outreachId, round: abandon, at } }];
  }
  if (state.status !== 'active') return [];
  const toCome = stepsLeft(state).flatMap(({ step: leg, channel }): OutreachEvent[] => {
    if (!fence.includes(leg)) return [];
    const deliveryId = deliveryIdOf(state.request.outreachId, leg);
    return [
      { type: 'BookingAbandoned', data: { deliveryId, leg, channel, fence: (state.fences?.[leg] ?? 0) + 1, at } },
    ];
  });
  const standing = state.deliveries.flatMap(({ deliveryId, leg, channel, fence: before = 0 }): OutreachEvent[] =>
    fence.includes(leg)
      ? [{ type: 'BookingAbandoned', data: { deliveryId, leg, channel, fence: before + 1, at } }]
      : [],
  );
  return [...standing, ...toCome];
}

function releasesOf(open: readonly OpenReservation[]): BookEntry[] {
  return open.flatMap(({ stream, key }): BookEntry[] => {
    const ledger = ledgerKindOf(stream);
    return ledger === undefined ? [] : [{ ledger, stream, command: { kind: 'release', key } }];
  });
}
