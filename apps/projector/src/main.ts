import 'reflect-metadata';
import { runService, serviceBasics } from '@homing/service-kit';
import { wireProjector } from './projector.wiring.js';
import { runRebuild } from './rebuild/rebuild.command.js';

const basics = serviceBasics('projector');
if (process.argv[2] === 'rebuild') {
  process.exitCode = await runRebuild(basics);
} else {
  const { module, start } = wireProjector(basics);
  await runService({ ...basics, module });
  start();
}
