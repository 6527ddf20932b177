import { withTenant } from '../database/vault.database.js';
import type { VaultDatabase } from '../database/vault.tables.js';
import { keyIdOf, matchesKey } from './api-key.token.js';
import type { ConfigCache } from './config.cache.js';
import * as queries from './registry.queries.js';
import type {
  ApiKeyVerdict,
  CampaignIdRef,
  CampaignRef,
  RegistryReader,
  TemplateRef,
  TemplateVersionRef,
} from './registry.types.js';

export type ReaderParts = {
  readonly db: VaultDatabase;
  /** `system`: one statement for all tenants (intake and opening roles). `tenant`: each tenant under its own row-level security. */
  readonly access: 'system' | 'tenant';
  readonly cache: ConfigCache;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const touchEveryMs = 60_000;
const touchedKeysKept = 10_000;

export function createReader(parts: ReaderParts): RegistryReader {
  const touched = new Map<string, number>();
  const tenants = (ids: readonly string[]) =>
    findAll(
      parts,
      'tenant',
      ids.map((tenantId) => ({ tenantId })),
      (db, refs) =>
        queries.loadTenants(
          db,
          refs.map((ref) => ref.tenantId),
        ),
    );
  const templates = (refs: readonly TemplateRef[]) => findAll(parts, 'template', refs, queries.loadTemplates);
  const campaigns = (refs: readonly CampaignRef[]) => findAll(parts, 'campaign', refs, queries.loadCampaigns);
  return {
    findTenants: tenants,
    findTenant: async (tenantId) => (await tenants([tenantId]))[0],
    findTemplates: templates,
    findTemplate: async (ref) => (await templates([ref]))[0],
    findTemplateVersions: (refs: readonly TemplateVersionRef[]) =>
      findAll(parts, 'version', refs, queries.loadTemplateVersions),
    findCampaigns: campaigns,
    findCampaignsById: (refs: readonly CampaignIdRef[]) =>
      findAll(parts, 'campaign-id', refs, queries.loadCampaignsById),
    findCampaign: async (ref) => (await campaigns([ref]))[0],
    verifyApiKey: (presented) => verifyApiKey(parts, touched, presented),
    invalidate: () => parts.cache.invalidate(),
  };
}

/** Through the cache; what cannot exist (no UUID, a NUL) is answered without asking, so that one bad item spoils no batch. */
async function findAll<R extends { readonly tenantId: string }, T>(
  parts: ReaderParts,
  kind: string,
  refs: readonly R[],
  load: (db: VaultDatabase, refs: readonly R[]) => Promise<(T | undefined)[]>,
): Promise<(T | undefined)[]> {
  const keys = refs.map((ref) => `${kind}${JSON.stringify(Object.entries(ref).sort())}`);
  return parts.cache.findAll<T>(keys, async (missing) => {
    const wanted = missing.map((at) => refs[at] as R);
    const answers: (T | undefined)[] = wanted.map(() => undefined);
    const places = [...wanted.keys()].filter((place) => mayExist(wanted[place] as R));
    for (const group of parts.access === 'system' ? [places] : byTenant(places, wanted)) {
      const [first] = group;
      if (first === undefined) continue;
      const asked = group.map((place) => wanted[place] as R);
      const found =
        parts.access === 'system'
          ? await load(parts.db, asked)
          : await withTenant(parts.db, (wanted[first] as R).tenantId, (trx) => load(trx, asked));
      for (const [i, place] of group.entries()) answers[place] = found[i];
    }
    return answers;
  });
}

function mayExist(ref: { readonly tenantId: string; readonly id?: unknown; readonly version?: unknown }): boolean {
  if (!uuid.test(ref.tenantId)) return false;
  if (typeof ref.id === 'string' && !uuid.test(ref.id)) return false;
  if (typeof ref.version === 'number' && !(Number.isInteger(ref.version) && Math.abs(ref.version) < 2 ** 31))
    return false;
  return !Object.values(ref).some((value) => typeof value === 'string' && value.includes('\u0000'));
}

function byTenant(places: readonly number[], refs: readonly { readonly tenantId: string }[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const place of places) {
    const tenantId = refs[place]?.tenantId ?? '';
    groups.set(tenantId, [...(groups.get(tenantId) ?? []), place]);
  }
  return [...groups.values()];
}

async function verifyApiKey(
  parts: ReaderParts,
  touched: Map<string, number>,
  presented: string,
): Promise<ApiKeyVerdict> {
  const keyId = keyIdOf(presented);
  if (keyId === undefined) return { kind: 'invalid' };
  const [stored] = await parts.cache.findAll(['api-key/' + keyId], async () => [
    await queries.loadApiKey(parts.db, keyId),
  ]);
  if (!matchesKey(presented, stored?.sha256) || stored === undefined) return { kind: 'invalid' };
  const now = parts.now();
  if (now - (touched.get(keyId) ?? Number.NEGATIVE_INFINITY) >= touchEveryMs) {
    if (touched.size >= touchedKeysKept) touched.clear();
    touched.set(keyId, now);
    // Knowing when a key was last used is a convenience; a request never waits for it or fails by it.
    queries.touchApiKey(parts.db, keyId).catch(() => touched.delete(keyId));
  }
  return { kind: 'valid', keyId, tenantId: stored.tenantId, scopes: stored.scopes };
}
