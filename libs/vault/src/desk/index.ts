// Database and the dead letters' own private key: for the desk that keeps what waits for an operator, for nobody else.
export { createDeadLetterFile } from './dead-letter.file.js';
export { createSignalPark } from './signal.park.js';
export { createInboundFile } from './inbound.file.js';
export type { FiledInbound, InboundFile, NewInbound } from './inbound.file.js';
export { createInboundPark } from './inbound.park.js';
export type { InboundPark, ParkedInbound } from './inbound.park.js';
export { createLetterOpener } from './letter.opener.js';
export { createInboundOpener } from './inbound.opener.js';
export type { OpenInbound } from './inbound.opener.js';
export type * from './desk.types.js';
export type { LetterContent } from '../dead-letter/letter.content.js';
export { EnvelopeError } from '../envelope/envelope.types.js';
export { openVaultDatabase, pingVault } from '../database/vault.database.js';
export type { VaultDatabase } from '../database/vault.tables.js';
