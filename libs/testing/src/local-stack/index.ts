export { until } from '../condition.wait.js';
export { ApiClient } from './api.client.js';
export type { ApiAnswer, Outreach, SendOptions } from './api.client.js';
export type { BusClient, BusMessage } from './bus.client.js';
export { LocalStack } from './local-stack.harness.js';
export type { LedgerLine, LocalStackOptions } from './local-stack.harness.js';
export { processesOfHome } from './stack.processes.js';
export type { StackServices } from './stack.processes.js';
