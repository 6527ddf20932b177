import 'reflect-metadata';
import { runMain, serviceBasics } from '@homing/service-kit';
import { wireProjector } from './projector.wiring.js';
import { runRebuild } from './rebuild/rebuild.command.js';

if (process.argv[2] === 'rebuild') process.exitCode = await runRebuild(serviceBasics('projector'));
else await runMain('projector', wireProjector);
