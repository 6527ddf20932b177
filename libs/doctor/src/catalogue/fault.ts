/** `fail`: something does not work, or is not safe. `warn`: it works, and somebody should look. */
export type Severity = 'warn' | 'fail';

/** One fault the system can meet, for people: every text is a sentence or two. */
export interface Fault {
  /** What it usually weighs; a finding may say otherwise. */
  readonly severity: Severity;
  /** What it is. */
  readonly meaning: string;
  /** How the doctor finds it. */
  readonly found: string;
  /** What to do about it. */
  readonly mend: string;
}
