import 'reflect-metadata';
import { runMain } from '@homing/service-kit';
import { wireApi } from './api.wiring.js';

await runMain('api', wireApi);
