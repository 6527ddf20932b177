import 'reflect-metadata';
import { runMain } from '@homing/service-kit';
import { wireScheduler } from './scheduler.wiring.js';

await runMain('scheduler', wireScheduler);
