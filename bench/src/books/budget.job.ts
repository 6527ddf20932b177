/** What one owner of a budget's book is told: a process that reserves as an orchestrator does. */
export interface BudgetJob {
  /** Of the event store. */
  readonly url: string;
  readonly stream: string;
  readonly tenantId: string;
  /** Names the owner; part of its reservations' keys. */
  readonly owner: string;
  /** Commands in flight of each kind; with `rate`, not bounded. */
  readonly callers: number;
  readonly seconds: number;
  /** Reservations a caller leaves open before it settles or releases its oldest; absent: closes none. */
  readonly keepsOpen?: number;
  /** Reservations a second, at instants fixed before (open loop). Absent: each caller reserves again when it has its answer. */
  readonly rate?: number;
}

/** Tells an owner that is ready when to begin: all begin together. Epoch milliseconds. */
export interface BudgetStart {
  readonly beginAt: number;
}

/** What became of it. Money in micro-units, times in milliseconds. */
export interface BudgetResult {
  /** Of one reservation: from its asking (open loop: its intended instant) to its answer. */
  readonly latencies: readonly number[];
  /** Answered before the time was over. */
  readonly inTime: number;
  readonly booked: Tally;
  readonly settled: Tally & { readonly charged: number };
  readonly released: Tally;
  readonly appends: number;
  readonly conflicts: number;
  readonly reads: number;
  readonly cpuMs: number;
}

export interface Tally {
  readonly count: number;
  readonly micros: number;
}
