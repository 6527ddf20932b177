// Database and private key: for the channel gateway and the export of a person, for nobody else.
export { createVaultOpener } from './vault.opener.js';
export type { VaultOpenerParts } from './vault.opener.js';
export type * from './open.types.js';
export { EnvelopeError } from '../envelope/envelope.types.js';
export type { SealContext } from '../envelope/envelope.types.js';
export { openVaultDatabase, pingVault } from '../database/vault.database.js';
export type { VaultDatabaseSettings } from '../database/vault.database.js';
export type { VaultDatabase } from '../database/vault.tables.js';
