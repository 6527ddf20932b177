import type { Instant } from './read-model.tables.js';

/** What is promised and neither kept, settled nor released yet. */
export interface OpenReservationRow {
  readonly stream: string;
  readonly key: string;
  readonly tenantId: string;
  readonly outreachId: string;
  readonly kind: 'slot' | 'money' | 'message';
  /** Micro-units of the campaign's currency, or messages. */
  readonly amount: bigint;
  readonly reservedAt: Instant;
  readonly updatedPosition: bigint;
}

/** The sums of one budget (micro-units) or quota (messages): the whole campaign's, or one local day's. */
export interface LedgerBalanceRow {
  readonly stream: string;
  readonly tenantId: string;
  readonly kind: 'money' | 'message';
  readonly campaignKey: string;
  /** `2026-05-01`; null: the whole campaign. */
  readonly day: string | null;
  /** Null: unlimited. */
  readonly limitAmount: bigint | null;
  /** Null until a limit was set. */
  readonly limitVersion: number | null;
  readonly reserved: bigint;
  readonly spent: bigint;
  /** Charged beyond what was reserved. */
  readonly variance: bigint;
  readonly updatedPosition: bigint;
}
