import 'reflect-metadata';
import { runService, serviceBasics } from '@homing/service-kit';
import { wireScheduler } from './scheduler.wiring.js';

const basics = serviceBasics('scheduler');
const { module, start } = wireScheduler(basics);
await runService({ ...basics, module });
start();
