import type { BalanceResult } from './balance.decider.js';
import type { BookingVerdict, LedgerAsk } from './ledger.asks.js';
import type { SlotResult } from './person.decider.js';

type Refused = Extract<BookingVerdict, { kind: 'refused' }>;

/** How a person's book refused, as the decision says it. */
export function slotRefusal(result: Extract<SlotResult, { kind: 'refused' | 'absent' }>): Refused {
  if (result.kind === 'absent') return { kind: 'refused', step: 'frequency_cap', reason: 'booking_lost' };
  const { step, reason } = result;
  const facts: Record<string, string | number> =
    result.step === 'dedup'
      ? { duplicateOf: result.duplicateOf }
      : { limit: result.cap.limit, hours: result.cap.hours };
  return { kind: 'refused', step, reason, facts };
}

/** How a budget or a quota refused, as the decision says it. */
export function balanceRefusal(
  { step, stream, channel }: Exclude<LedgerAsk, { ledger: 'person' }>,
  { limit, left }: Extract<BalanceResult, { kind: 'refused' }>,
): Refused {
  const ofDay = stream.includes('.');
  const budget = `${channel === undefined ? '' : 'channel_'}${ofDay ? 'day_' : ''}budget_exhausted`;
  const reason = step === 'budget' ? budget : 'daily_limit_reached';
  return { kind: 'refused', step, reason, facts: { limit, left, ...(channel === undefined ? {} : { channel }) } };
}
