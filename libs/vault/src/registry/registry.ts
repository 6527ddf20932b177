import type { VaultDatabase } from '../database/vault.tables.js';
import { ConfigCache } from './config.cache.js';
import { readVersion } from './registry.queries.js';
import { createReader } from './registry.reader.js';
import { createSettingsView } from './settings.view.js';
import type { RegistryReader, RegistryWriter } from './registry.types.js';
import type { SettingsView, SettingsWriter } from './settings.types.js';
import { createWriter } from './registry.writer.js';

export type RegistryParts = {
  readonly db: VaultDatabase;
  /** `tenant` when connected as `vault_api`, else `system`. */
  readonly access: 'system' | 'tenant';
  /** How old, in milliseconds, an answer may be. Default 1000. */
  readonly freshForMs?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
};

export type Registry = RegistryReader & RegistryWriter & SettingsWriter & SettingsView;

/**
 * Reads are safe for every role, except `verifyApiKey`, which needs `vault_api` or the owner. Writes need `vault_api`;
 * `createTenant` and `setTenantStatus` need the owner, for they are the operator's and no tenant's.
 */
export function createRegistry(parts: RegistryParts): Registry {
  const now = parts.now ?? (() => performance.now());
  const { db, access, freshForMs = 1000 } = parts;
  const cache = new ConfigCache({ readVersion: () => readVersion(db), freshForMs, now, capacity: 10_000 });
  const writer = createWriter(db, () => cache.invalidate());
  return { ...createReader({ db, access, cache, now }), ...writer, ...createSettingsView(db) };
}
