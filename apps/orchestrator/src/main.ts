import 'reflect-metadata';
import { runService, serviceBasics } from '@homing/service-kit';
import { wireOrchestrator } from './orchestrator.wiring.js';

const basics = serviceBasics('orchestrator');
const { module, strategy } = wireOrchestrator(basics);
await runService({ ...basics, module, strategies: [strategy] });
