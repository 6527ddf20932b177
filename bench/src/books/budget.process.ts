// Each owner is a process of its own, as each orchestrator is.
import { once } from 'node:events';
import type { BudgetJob, BudgetStart } from './budget.job.js';
import { ownBudget } from './budget.owner.js';

const ready = async (): Promise<BudgetStart> => {
  process.send?.('ready');
  const [start] = (await once(process, 'message')) as [BudgetStart];
  return start;
};

process.once('message', (job: BudgetJob) => {
  ownBudget(job, ready).then(
    (result) => process.send?.(result, () => process.disconnect()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
