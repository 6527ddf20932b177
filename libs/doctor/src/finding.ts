import { faultOf, type FaultCode } from './catalogue/fault.catalogue.js';
import type { Severity } from './catalogue/fault.js';

/** One fault that was found. */
export interface Finding {
  readonly code: FaultCode;
  readonly severity: Severity;
  /** What was seen: names, counts, times. Never a secret or anything personal. */
  readonly detail: string;
}

/** A finding of the weight the catalogue gives, or another. */
export const finding = (code: FaultCode, detail: string, severity: Severity = faultOf(code).severity): Finding => ({
  code,
  severity,
  detail,
});

/** What an examination saw. */
export interface Seen {
  readonly findings: readonly Finding[];
  /** One line for when nothing is wrong: `ends at 4711`. */
  readonly note: string;
}

export interface Examination {
  /** What is examined: `event store`, `scheduler`. */
  readonly subject: string;
  /** Subjects that must have been examined without a failure before; else this one is left out. */
  readonly needs?: readonly string[];
  /** Looks, changes nothing. */
  readonly look: (signal: AbortSignal) => Promise<Seen>;
}

export type Status = 'ok' | 'warn' | 'fail' | 'left_out';

export interface Result {
  readonly subject: string;
  readonly status: Status;
  readonly note: string;
  readonly findings: readonly Finding[];
}

export interface Diagnosis {
  readonly status: Exclude<Status, 'left_out'>;
  readonly results: readonly Result[];
}
