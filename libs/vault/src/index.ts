// What setting up needs. The halves that hold data are imported by their own paths: /seal, /intake, /open, /erase, /registry.
export { generateFingerprintKey, generateVaultKeys } from './keys/vault.keys.js';
export type { VaultKeys } from './keys/vault.keys.js';
export { createVaultRoles, migrateVault, VAULT_MIGRATIONS, vaultRoles } from './database/vault.migration.js';
export type { MigrateOptions, VaultRole } from './database/vault.migration.js';
export { openVaultDatabase, withTenant } from './database/vault.database.js';
export type { VaultDatabaseSettings } from './database/vault.database.js';
export type { VaultDatabase } from './database/vault.tables.js';
