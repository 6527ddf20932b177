import 'reflect-metadata';
import { runMain } from '@homing/service-kit';
import { wireOrchestrator } from './orchestrator.wiring.js';

await runMain('orchestrator', wireOrchestrator);
