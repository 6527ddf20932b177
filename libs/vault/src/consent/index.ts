// What people allow, by address, channel and purpose: written by the orchestrator, seen by the API.
export { createConsentStore } from './consent.store.js';
export { createConsentView } from './consent.view.js';
export type * from './consent.types.js';
