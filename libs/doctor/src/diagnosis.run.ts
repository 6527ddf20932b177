import { errorCode } from '@homing/service-kit';
import { finding, type Diagnosis, type Examination, type Finding, type Result, type Seen } from './finding.js';

/** Longest examination in milliseconds. */
export const LONGEST_MS = 30_000;

/** Makes all examinations, side by side where none needs another. Never rejects: what fails in itself is a finding. */
export async function diagnose(examinations: readonly Examination[], longestMs = LONGEST_MS): Promise<Diagnosis> {
  const done = new Map<string, Promise<Result>>();
  for (const examination of examinations) {
    const before = (examination.needs ?? []).flatMap((subject) => done.get(subject) ?? []);
    done.set(
      examination.subject,
      Promise.all(before).then((needed) => {
        const lacking = needed.find(hindered);
        return lacking ? leftOut(examination, lacking.subject) : examine(examination, longestMs);
      }),
    );
  }
  const results = await Promise.all(done.values());
  const all = results.flatMap((result) => result.findings);
  return { status: worst(all), results };
}

/** Whether what was to be looked at before could not be reached at all. */
const hindered = ({ status, findings }: Result): boolean =>
  status === 'left_out' ||
  findings.some(({ code }) => /_(UNREACHABLE|REFUSED|DOWN|HUNG)$/.test(code) || code === 'EXAMINATION_FAILED');

const leftOut = ({ subject }: Examination, lacking: string): Result => ({
  ...{ subject, status: 'left_out', findings: [] },
  note: `cannot be looked at without the ${lacking}`,
});

async function examine({ subject, look }: Examination, longestMs: number): Promise<Result> {
  const signal = AbortSignal.timeout(longestMs);
  const tooLong = new Promise<Seen>((resolve) => {
    signal.addEventListener('abort', () => resolve(failed(`no end within ${longestMs / 1_000} s`)), { once: true });
  });
  const seen = await Promise.race([look(signal).catch((error: unknown) => failed(codeOf(error))), tooLong]);
  return { subject, status: worst(seen.findings), ...seen };
}

/** A time-out of the platform has a number for a code. */
const codeOf = (error: unknown): string => (error instanceof DOMException ? error.name : errorCode(error));

const failed = (why: string): Seen => ({ findings: [finding('EXAMINATION_FAILED', why)], note: why });

function worst(findings: readonly Finding[]): Diagnosis['status'] {
  if (findings.some(({ severity }) => severity === 'fail')) return 'fail';
  return findings.length > 0 ? 'warn' : 'ok';
}
