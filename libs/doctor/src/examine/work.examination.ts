import { finding, type Examination, type Finding } from '../finding.js';

/** What waits for somebody. */
export interface AskedWork {
  /** Attempts of unknown outcome. */
  readonly unknownOutcomes: () => Promise<number>;
  /** Of those: unknown for more than 73 hours. */
  readonly unknownTooLong: () => Promise<number>;
  /** Entries of the timetable that could have been woken two minutes ago. */
  readonly overdue: () => Promise<number>;
}

/** What is open in the read database. */
export const examineWork = ({ unknownOutcomes, unknownTooLong, overdue }: AskedWork, needs: string): Examination => ({
  subject: 'open work',
  needs: [needs],
  look: async () => {
    const [unknown, tooLong, late] = await Promise.all([unknownOutcomes(), unknownTooLong(), overdue()]);
    const findings: Finding[] = [
      ...(unknown > 0 ? [finding('UNKNOWN_OUTCOMES', `${unknown}`)] : []),
      ...(tooLong > 0 ? [finding('UNKNOWN_OUTCOMES_OVERDUE', `${tooLong}`)] : []),
      ...(late > 0 ? [finding('WORK_OVERDUE', `${late}`)] : []),
    ];
    return { findings, note: 'no unknown outcomes, nothing overdue' };
  },
});

/** Accepted requests without a decision. */
export const examineAccepted = (undecided: () => Promise<number>, needs: string): Examination => ({
  subject: 'accepted requests',
  needs: [needs],
  look: async () => {
    const count = await undecided();
    const findings = count > 0 ? [finding('REQUESTS_UNDECIDED', `${count} for more than five minutes`)] : [];
    return { findings, note: 'all decided' };
  },
});

/** What providers told of messages that nobody knows. `unmatched`: parked for an hour and more. */
export const examineSignals = (unmatched: () => Promise<number>, needs: string): Examination => ({
  subject: 'signals',
  needs: [needs],
  look: async () => {
    const count = await unmatched();
    return { findings: count > 0 ? [finding('SIGNALS_UNMATCHED', `${count}`)] : [], note: 'all matched' };
  },
});
