import 'reflect-metadata';
import { runMain } from '@homing/service-kit';
import { wireGateway } from './gateway.wiring.js';

await runMain('channel-gateway', wireGateway);
