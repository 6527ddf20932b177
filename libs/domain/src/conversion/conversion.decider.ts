import type { ConversionRefusal, ConversionReported, Money, OutreachEvent } from '@homing/contracts';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { wasTaken } from '../ledger/charges.policy.js';
import type { Attempt, KnownOutreach, OutreachState } from '../outreach/outreach.state.js';

/** More conversions of one outreach are refused: its state travels with every message of it. */
export const MOST_CONVERSIONS = 100;
/** So far may the clock of who reports be ahead of ours, in milliseconds. */
export const CLOCK_SKEW_MS = 300_000;

export interface RecordConversion extends Pick<ConversionReported, 'kind' | 'occurredAt' | 'attribution' | 'by'> {
  /** Keyed hash of the id it was reported under. */
  readonly conversionKey: string;
  /** Micro-units, not negative. */
  readonly value?: Money | undefined;
  /** Of the outreach's campaign. Absent: it is of none, and any will do. */
  readonly currency?: string | undefined;
  readonly tenantId: string;
  readonly now: string;
}

export type ConversionDecision =
  | { readonly kind: 'record'; readonly events: readonly OutreachEvent[] }
  /** It was recorded so before. */
  | { readonly kind: 'stands' }
  | { readonly kind: 'refused'; readonly reason: ConversionRefusal };

/**
 * A conversion counts once under its id, and only of what may have reached the person by then: an attempt that surely was not sent is
 * nobody's reason. Late ones are taken however late, also of what is settled.
 */
export function recordConversion(state: OutreachState, command: RecordConversion): ConversionDecision {
  if (state.status === 'none' || state.request.tenantId !== command.tenantId) return refused('unknown_outreach');
  const { conversionKey, kind, value, currency, occurredAt, now, attribution, by } = command;
  const known = state.conversions?.find((each) => each.key === conversionKey);
  if (known) return sameAs(known, command) ? { kind: 'stands' } : refused('different_content');
  const occurred = Date.parse(occurredAt);
  const sent = firstSending(state);
  if (value && !(Number.isSafeInteger(value.micros) && value.micros >= 0)) return refused('negative_value');
  if (value && currency !== undefined && value.currency !== currency) return refused('other_currency');
  if (!(occurred <= Date.parse(now) + CLOCK_SKEW_MS)) return refused('in_the_future');
  if (sent === undefined) return refused('not_sent');
  if (occurred < sent) return refused('before_sent');
  if ((state.conversions?.length ?? 0) >= MOST_CONVERSIONS) return refused('too_many');
  const said = { conversionKey, kind, ...(value ? { value } : {}), occurredAt, attribution };
  const data: ConversionReported = { ...said, at: now, ...(by === undefined ? {} : { by }) };
  return { kind: 'record', events: [{ type: 'ConversionReported', data }] };
}

const refused = (reason: ConversionRefusal): ConversionDecision => ({ kind: 'refused', reason });

function sameAs(known: NonNullable<KnownOutreach['conversions']>[number], command: RecordConversion): boolean {
  const { kind, occurredAt, value } = command;
  const sameValue = known.value?.micros === value?.micros && known.value?.currency === value?.currency;
  return known.kind === kind && Date.parse(known.occurredAt) === Date.parse(occurredAt) && sameValue;
}

/** When the first attempt was begun that was taken or may have been; undefined while there is none. */
function firstSending(state: KnownOutreach): number | undefined {
  const begun = state.deliveries.flatMap(({ attempts }) =>
    attempts.filter(maySend).map((a) => Date.parse(a.startedAt)),
  );
  return begun.length === 0 ? undefined : Math.min(...begun);
}

const maySend = (attempt: Attempt): boolean => wasTaken(attempt) || attemptState(attempt) !== 'failed';
