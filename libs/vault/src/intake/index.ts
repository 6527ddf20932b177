// Database and sealing: takes personal data in and can read none of it back.
export { countUnfed, createVaultIntake } from './vault.intake.js';
export type { VaultIntakeParts } from './vault.intake.js';
export type * from './intake.types.js';
export { openVaultDatabase, pingVault, vaultIncarnation, withTenant } from '../database/vault.database.js';
export type { VaultDatabaseSettings } from '../database/vault.database.js';
export type { VaultDatabase } from '../database/vault.tables.js';
