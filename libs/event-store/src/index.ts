export * from './event-store.port.js';
export * from './event-store.errors.js';
export { eventIdOf } from './event-id.js';
export type { EventIdParts } from './event-id.js';
export { createUpcasters } from './upcasters.js';
export type { Upcast, Upcaster, UpcasterOptions } from './upcasters.js';
export { connectEventStore } from './official/official.event-store.js';
export type { EventStoreOptions } from './official/official.event-store.js';
export { handleCommand, readFolded, type Command, type Fold, type Folded, type Handled } from './command.handler.js';
