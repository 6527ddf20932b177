import { budgetStream, ledgerKindOf, parseDeliveryId, reservationKey } from '@homing/contracts';
import { PRICE } from '../world/sim.registry.js';
import type { LedgerBooks } from '../world/ledger.books.js';
import type { ProviderCall } from '../world/sim.provider.js';
import type { World } from '../world/sim.world.js';
import type { LawfulHistory } from './lawful.history.js';

export interface BooksWatchParts {
  readonly world: World;
  readonly history: LawfulHistory;
  readonly books: LedgerBooks;
}

/** How long after its claim a call may still be begun, in milliseconds. */
const CALL_MS = 10_000;

/** No prefix of any book promises more than its limit; told of each change as it comes to stand. */
export function watchBalance({ watch, trace }: World, books: LedgerBooks, stream: string, change: string): void {
  const balance = books.balances.get(stream);
  if ((change !== 'reserved' && change !== 'moved') || !balance) return;
  const hours = balance.perHour === null ? [] : new Set(balance.hourOf.values());
  for (const hour of hours)
    if (books.inHour(stream, hour) > (balance.perHour ?? Infinity))
      watch.broken('books-hold', `${trace.short('b', stream)} promises more than ${balance.perHour} from ${hour} on`);
  if (balance.limit === null) return;
  const taken = books.taken(stream);
  if (taken > balance.limit)
    watch.broken('books-hold', `${trace.short('b', stream)} promises ${taken} of ${balance.limit}`);
}

/** Whoever calls has everything reserved that the message needs, for the moment of the call. */
export function watchBookings({ world, history, books }: BooksWatchParts): void {
  world.provider.onCall((call) => {
    const fault = bookingFault({ world, history, books }, call);
    if (fault)
      world.watch.broken('booked-before-sent', `${world.trace.short('d', call.deliveryId)}:${call.attempt}: ${fault}`);
  });
}

function bookingFault({ world, history, books }: BooksWatchParts, call: ProviderCall): string | undefined {
  const of = parseDeliveryId(call.deliveryId);
  const request = of && history.request(of.outreachId);
  const leg = of && history.leg(of.outreachId, of.leg);
  if (!of || !request || !leg) return 'nobody decided it';
  const { booking, plan, attempts } = leg;
  if (!booking || !plan) return 'nothing is booked for it';
  // Sent again under its key, it is the same message: its own charge was made for the first call.
  if (attempts[call.attempt - 1]?.resent) return undefined;
  const budget = request.campaignKey && plan.cost.micros > 0 ? budgetStream(request.campaignKey) : undefined;
  if (budget && !booking.ledgers.includes(budget)) return 'its campaign’s budget was not asked';
  const skew = 2 * world.faults.drawn.skewMs;
  const { outreachId, leg: n } = { ...of };
  for (const stream of booking.ledgers) {
    if (ledgerKindOf(stream) === 'person') {
      const slot = books.slots
        .get(stream)
        ?.get(reservationKey({ outreachId, leg: n, round: booking.round, charge: 1 }));
      if (!slot) return 'its slot is not in the person’s book';
      const [from, until] = [Date.parse(slot.at) - skew, Date.parse(slot.until) + skew + CALL_MS];
      if (call.at < from || call.at > until) return `its slot is for ${slot.at} to ${slot.until}`;
    } else {
      const open = [...(books.balances.get(stream)?.open.keys() ?? [])];
      if (!open.some((key) => key.startsWith(`${call.deliveryId}/${booking.round}/`)))
        return 'its money or volume is not reserved';
    }
  }
  return undefined;
}

export const priceOf = (history: LawfulHistory, deliveryId: string): number => {
  const of = parseDeliveryId(deliveryId);
  return (of && history.leg(of.outreachId, of.leg)?.plan?.cost.micros) ?? PRICE;
};
