export { startSimulator, type RunningSimulator, type SimulatorOptions } from './simulator.js';
export { sendgridBody, signatureHeaders } from './sendgrid/sendgrid.webhooks.js';
export { PROVIDER_PLAYS } from './provider.plays.js';
export type { LedgerLine } from './ledger/ledger.js';
