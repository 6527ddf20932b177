import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load.job.js';

const program = fileURLToPath(new URL('./load.process.js', import.meta.url));

/** Runs one load in a process of its own. @throws Error when that process ends without a result */
export function runLoad(job: LoadJob): Promise<LoadResult> {
  const child = fork(program, { serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as LoadResult));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send(job);
  });
}
