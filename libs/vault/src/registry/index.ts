// Configuration in clear: tenants, API keys, templates, campaigns, with versions and an audit trail.
export { createRegistry } from './registry.js';
export type { Registry, RegistryParts } from './registry.js';
export type * from './registry.types.js';
export type * from './settings.types.js';
export { InvalidCursorError } from '../database/page.cursor.js';
export { openVaultDatabase, withTenant } from '../database/vault.database.js';
export type { VaultDatabaseSettings } from '../database/vault.database.js';
export type { VaultDatabase } from '../database/vault.tables.js';
export { allWebhookAccounts, createWebhookAccounts } from './webhook.accounts.js';
export type * from './webhook.accounts.js';
