import type { Examination } from '../finding.js';

/** What an examination finds, as `CODE severity: detail`. */
export async function found(examination: Examination): Promise<string[]> {
  const { findings } = await examination.look(new AbortController().signal);
  return findings.map(({ code, severity, detail }) => `${code} ${severity}: ${detail}`);
}

export const noteOf = async (examination: Examination): Promise<string> =>
  (await examination.look(new AbortController().signal)).note;
