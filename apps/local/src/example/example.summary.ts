/** What became of one run, in numbers read back from the system and from the simulator's ledger. */
export interface ExampleSummary {
  /** Lines the bus took. published = accepted + knownBefore + repeats + deadLetters.lines + unanswered. */
  readonly published: number;
  /** Outreach that began with this run. */
  readonly accepted: number;
  /** Outreach that an earlier run had begun: nothing was sent again. */
  readonly knownBefore: number;
  /** Lines that were a request of this run again. */
  readonly repeats: number;
  readonly deadLetters: {
    readonly lines: readonly FaultyLine[];
    /** As counted on the bus, over all publishers, since the run began. */
    readonly countedOnBus: number;
  };
  readonly unanswered: readonly UnansweredLine[];
  /** accepted + knownBefore = the sum of `ends`. */
  readonly audience: number;
  readonly ends: Readonly<Record<End, number>>;
  /** Of the delivered. Opens by machines are left out. */
  readonly opened: number;
  readonly clicked: number;
  readonly refusals: readonly Refusal[];
  readonly open: readonly OpenOutreach[];
  readonly ledger: LedgerAccount;
  /** Why the run is not fully accounted for; empty when all is well. */
  readonly faults: readonly string[];
}

/** Where an outreach stands. Each is at exactly one of them. */
export const ENDS = [
  'delivered',
  'bounced',
  'dropped',
  'failed',
  'refused',
  'skipped',
  'expired',
  'cancelled',
  'unknown',
  'retrying',
  'open',
] as const;
export type End = (typeof ENDS)[number];

export interface FaultyLine {
  readonly line: number;
  readonly requestId: string;
  readonly field: string;
}

export interface UnansweredLine {
  readonly line: number;
  readonly requestId: string;
  readonly reason: string;
}

export interface Refusal {
  readonly step: string;
  readonly reason: string;
  readonly count: number;
}

/** Not at its end: what it waits for. */
export interface OpenOutreach {
  readonly outreachId: string;
  readonly state: string;
  readonly reason: string;
}

export interface LedgerAccount {
  /** Messages of this run's outreach that a provider accepted. */
  readonly messages: number;
  /** Deliveries and attempts among them. */
  readonly attempts: number;
  /** messages - attempts. */
  readonly sentTwice: number;
  /** In the ledger, and the system does not say so. */
  readonly unclaimed: readonly string[];
  /** The system says so, and the ledger does not hold it. */
  readonly missing: readonly string[];
}
