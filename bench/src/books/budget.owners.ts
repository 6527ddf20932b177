import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { epochNow } from '../load/open.loop.js';
import type { BudgetJob, BudgetResult, BudgetStart } from './budget.job.js';

const program = fileURLToPath(new URL('./budget.process.js', import.meta.url));
/** For the word to reach them all. */
const LEAD_MS = 200;

/** So many owners of one budget, each in a process of its own, beginning together. @throws Error when one ends without a result */
export async function runOwners(owners: number, job: Omit<BudgetJob, 'owner'>): Promise<BudgetResult[]> {
  const begun = Array.from({ length: owners }, (_, n) => begin({ ...job, owner: `owner-${n + 1}` }));
  try {
    await Promise.all(begun.map(({ said }) => said()));
    const start: BudgetStart = { beginAt: epochNow() + LEAD_MS };
    return (await Promise.all(
      begun.map(({ child, said }) => {
        const result = said();
        child.send(start);
        return result;
      }),
    )) as BudgetResult[];
  } finally {
    for (const { child } of begun) if (child.connected) child.kill();
  }
}

function begin(job: BudgetJob) {
  const child = fork(program, { serialization: 'advanced' });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`an owner of the budget ended with ${String(code)}`);
  });
  ended.catch(() => {});
  child.send(job);
  return { child, said: () => Promise.race([once(child, 'message').then(([message]) => message as unknown), ended]) };
}
