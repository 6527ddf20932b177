import type { Trace } from '../engine/trace.log.js';

/** What must never be seen, by name. Each names the promise (P, DESIGN section 10) or rule (R, section 4) it stands for. */
export const INVARIANTS = {
  'accepted-not-lost': 'P1: what was acknowledged ends, or is listed as unknown',
  'one-call-per-attempt': 'P1: a provider is called at most once for one delivery and attempt',
  'one-message-per-leg': 'P2: a leg is sent again only after the provider said that the first ended badly',
  'facts-are-a-set': 'P3: each fact stands once, none is missing, and the state is a function of them',
  'audience-adds-up': 'P4: the buckets add up to what was accepted, and each says what the ledger says',
  'every-why': 'P5: every message and every non-message has a recorded why',
  'read-model-equals-rebuild': 'P6: rows made anew equal the live ones',
  'tenant-walls': 'P7: nothing of one tenant stands with, or goes to, another',
  'nothing-late': 'P8: nothing is sent before its time or after its deadline',
  'lawful-history': 'R1: every stream is a history its rules allow',
  'booked-before-sent': 'R4, R5: whoever calls has slot, money and volume reserved, for the moment of the call',
  'nobodys-reservation': 'R4: at rest nothing is reserved that nothing under way holds',
  'caps-and-budgets': 'P2: what went out is within every cap, look-back, budget and daily limit',
  'books-hold': 'R6, R7: no prefix of a book promises more than its limit, and none forgets what went out',
  'quiet-hours': 'R5: nothing but what is critical starts in quiet hours, by the clock of its recipient',
  'gate-respected': 'nothing is sent for a campaign that rests or to an address held back',
  'addresses-held-back': 'what was said of an address stands at the gate',
  'claim-before-call': 'R3: whoever calls holds the claim, and its lease',
  'events-published': 'every recorded transition is on the bus, once within its window and in its order',
  'dead-letters': 'only what can never be handled is given up',
  'comes-to-rest': 'once everything is well again nothing is left to be done',
} as const;

export type InvariantName = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
  /** Lines of the trace at that moment. */
  readonly line: number;
}

/** Keeps what was seen that must never be. */
export class Watch {
  readonly violations: Violation[] = [];

  constructor(private readonly trace: Trace) {}

  readonly broken = (invariant: InvariantName, message: string): void => {
    if (this.violations.length >= 50) return;
    this.trace.say('!!', `${invariant}: ${message}`);
    this.violations.push({ invariant, message, line: this.trace.length });
  };
}
