import 'reflect-metadata';
import { runService, serviceBasics } from '@homing/service-kit';
import { wireGateway } from './gateway.wiring.js';

const basics = serviceBasics('channel-gateway');
const { module, strategy } = wireGateway(basics);
await runService({ ...basics, module, strategies: [strategy] });
