import { faultOf, type FaultCode } from '../catalogue/fault.catalogue.js';
import type { Diagnosis, Finding, Result, Status } from '../finding.js';

const WORDS: Readonly<Record<Status, string>> = { ok: 'OK', warn: 'WARN', fail: 'FAIL', left_out: '-' };
const WIDTH = 110;

/** Lines for a person: one a subject, and under it each fault with what it means and how to mend it. */
export function diagnosisLines({ results, status }: Diagnosis): string[] {
  const width = Math.max(...results.map(({ subject }) => subject.length));
  const count = (of: Status) => results.filter((result) => result.status === of).length;
  const lines = results.flatMap((result) => resultLines(result, width));
  const verdict = { ok: 'all is well', warn: 'it works; somebody should look', fail: 'something is broken' }[status];
  return [...lines, '', `${verdict}: ${count('ok')} OK, ${count('warn')} WARN, ${count('fail')} FAIL`];
}

/** What the catalogue says of one fault. */
export function faultLines(code: FaultCode): string[] {
  const { severity, meaning, found, mend } = faultOf(code);
  const lines = [meaning, `found by: ${found}`, `mend: ${mend}`].flatMap((text) => wrapped(text, '  '));
  return [`${code} (${severity === 'fail' ? 'failure' : 'warning'})`, ...lines];
}

function resultLines({ subject, status, note, findings }: Result, width: number): string[] {
  return [
    `${WORDS[status].padEnd(4)}  ${subject.padEnd(width)}  ${findings.length === 0 ? note : ''}`.trimEnd(),
    ...findings.flatMap(findingLines),
  ];
}

function findingLines({ code, severity, detail }: Finding): string[] {
  const { meaning, mend } = faultOf(code);
  return [
    `      ${WORDS[severity]} ${code}: ${detail}`,
    ...wrapped(meaning, '        '),
    ...wrapped(`mend: ${mend}`, '        '),
  ];
}

/** Breaks a text at spaces. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}
