import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseExampleFlags } from './example.flags.js';
import { runExample } from './example.run.js';
import { findStack } from './example.stack.js';
import { createProgress } from './progress.line.js';
import { readRequestLines } from './request.lines.js';
import { summaryText } from './summary.text.js';

/**
 * `example [flags]`: publishes `examples/requests.jsonl` to the running stack and accounts for every line. Resolves with 0
 * only when each has its end (or waits for its next attempt) and nothing was sent twice. Progress goes to stderr.
 */
export async function example(args: string[]): Promise<number> {
  const flags = parseExampleFlags(args);
  const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
  const stack = await findStack(workspace, process.env['OUTREACH_HOME']);
  const text = readFileSync(join(workspace, 'examples', 'requests.jsonl'), 'utf8');
  const { run, count, rate, wait } = flags;
  const lines = readRequestLines(text, { run, tenantId: stack.tenantId, count });
  const progress = createProgress(process.stderr);
  const report = await runExample({ stack, lines, rate, wait, progress });
  const { summary, published } = report;
  if (flags.json) console.log(JSON.stringify({ run, ...report }, undefined, 2));
  else if (summary) console.log(summaryText({ run, ...report, summary }));
  else console.log(`published ${published} of ${lines.length}; nobody waited for what became of them`);
  if (!summary) return published === lines.length ? 0 : 1;
  return summary.faults.length === 0 ? 0 : 1;
}
