import type { LegBooking } from '@homing/contracts';
import { chargesOf } from '../ledger/charges.policy.js';
import type { Delivery } from './outreach.state.js';

/** What a delivery holds in the books once `booking` stands: it is for the next message that the provider will charge. */
export function bookedWith(
  delivery: Delivery,
  booking: LegBooking | undefined,
): Pick<Delivery, 'booking' | 'ledgers' | 'serials'> {
  if (!booking) return {};
  const ledgers = [...new Set([...(delivery.ledgers ?? []), ...booking.ledgers])];
  const serials = serialsWith(delivery, booking);
  return { booking, ledgers, ...(serials ? { serials } : {}) };
}

function serialsWith(delivery: Delivery, { ledgers, serials }: LegBooking): Delivery['serials'] {
  if (!serials?.some((serial) => serial > 0)) return delivery.serials;
  const place = chargesOf(delivery);
  const of = Object.fromEntries(
    ledgers.flatMap((stream, i) => {
      const serial = serials[i] ?? 0;
      if (serial === 0) return [];
      const before = delivery.serials?.[stream] ?? [];
      return [[stream, Array.from({ length: place + 1 }, (_, n) => (n === place ? serial : (before[n] ?? 0)))]];
    }),
  );
  return { ...delivery.serials, ...of };
}

/** The reservation that pays for the `charge`-th message (from 1) in a ledger; undefined where none is known. */
export const serialOf = (delivery: Delivery, stream: string, charge: number): number | undefined =>
  delivery.serials?.[stream]?.[charge - 1] || undefined;
