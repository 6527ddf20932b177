import { faultOf } from '../catalogue/fault.catalogue.js';
import type { Diagnosis } from '../finding.js';

/** The diagnosis for programs: with meaning and mend of each fault, so that it can be shown as it is. */
export const diagnosisJson = (diagnosis: Diagnosis): string =>
  JSON.stringify(
    {
      ...diagnosis,
      results: diagnosis.results.map((result) => ({
        ...result,
        findings: result.findings.map((each) => {
          const { meaning, mend } = faultOf(each.code);
          return { ...each, meaning, mend };
        }),
      })),
    },
    undefined,
    2,
  );

/** 0: all is well. 1: faults were found. 2: none was found, but something could not be examined. */
export function exitCodeOf({ results }: Diagnosis): number {
  const codes = results.flatMap(({ findings }) => findings.map(({ code }) => code));
  if (codes.some((code) => code !== 'EXAMINATION_FAILED')) return 1;
  return codes.length > 0 || results.some(({ status }) => status === 'left_out') ? 2 : 0;
}
