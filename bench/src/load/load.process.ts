// A load generator is a process of its own: what it costs is not charged to who is measured, and nobody's pauses are its own.
import { arrivals } from '../figures/arrival.schedule.js';
import type { LoadJob } from './load.job.js';
import { weaponFor } from './load.kinds.js';
import { runOpenLoop } from './open.loop.js';

process.once('message', (job: LoadJob) => {
  const run = async (): Promise<void> => {
    const weapon = await weaponFor(job, arrivals(job).length);
    const result = await runOpenLoop(job, (n) => weapon.fire(n));
    await weapon.close();
    process.send?.(result, () => process.disconnect());
  };
  run().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
