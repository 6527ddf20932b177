import 'reflect-metadata';
import { runService, serviceBasics } from '@homing/service-kit';
import { wireApi } from './api.wiring.js';

await runService(wireApi(serviceBasics('api')));
