import { existsSync } from 'node:fs';
import { loadTemplateFolder } from '@homing/content';
import { createRegistry, openVaultDatabase } from '@homing/vault/registry';
import type { Registry } from '@homing/vault/registry';
import { saveSecrets } from '../home/home.secrets.js';
import type { LocalSecrets } from '../home/home.secrets.js';

export interface SandboxSeed {
  /** Database `vault`, as its owner. */
  ownerUrl: string;
  /** Changed in place and kept in `secretsFile` when a new API key is made. */
  secrets: LocalSecrets;
  secretsFile: string;
  /** Folder of templates; see loadTemplateFolder. A missing one counts as empty. */
  templates: string;
}

const actor = 'local';
/** What a caller of the API may be allowed; the sandbox key may do everything, what only an installation's operator may included. */
const everyScope = [
  'outreach:write',
  'outreach:read',
  'events:read',
  'unknown-outcomes:settle',
  'assisted-tasks:read',
  'assisted-tasks:work',
  'campaigns:read',
  'campaigns:write',
  'policies:read',
  'policies:write',
  'suppressions:read',
  'suppressions:write',
  'consents:read',
  'consents:write',
  'conversions:write',
  'dead-letters:read',
  'dead-letters:write',
  'dead-letters:read-content',
  'inbound:read',
  'inbound:read-content',
  'webhook-accounts:read',
  'webhook-accounts:write',
  'installation:operate',
];
export const sandboxCampaign = 'sandbox';

/** The tenant people try things out with, its API key, campaign and templates. Repeating it changes nothing. */
export async function seedSandbox(seed: SandboxSeed): Promise<void> {
  const { secrets } = seed;
  const { tenantId } = secrets;
  const db = openVaultDatabase({ url: seed.ownerUrl, maxConnections: 2 });
  try {
    const registry = createRegistry({ db, access: 'system' });
    const sender = { email: 'hello@sandbox.test', name: 'Homing Sandbox', replyTo: null, branding: {} };
    await registry.createTenant({ actor, id: tenantId, name: 'Sandbox', sender });
    await registry.putCampaign({ actor, tenantId, campaignId: sandboxCampaign, name: 'Sandbox', currency: 'EUR' });
    const templates = existsSync(seed.templates) ? await loadTemplateFolder(seed.templates) : [];
    for (const template of templates) await registry.putTemplate({ actor, tenantId, ...template });
    await ensureApiKey(registry, seed);
  } finally {
    await db.destroy();
  }
}

/** The vault keeps only the key's digest: the key we kept is used as long as that vault knows it, and it may do everything there is. */
async function ensureApiKey(registry: Registry, { secrets, secretsFile }: SandboxSeed): Promise<void> {
  const verdict = secrets.apiKey === '' ? undefined : await registry.verifyApiKey(secrets.apiKey);
  const { tenantId } = secrets;
  if (verdict?.kind === 'valid' && verdict.tenantId === tenantId) {
    const { keyId, scopes } = verdict;
    if (everyScope.every((scope) => scopes.includes(scope))) return;
    await registry.revokeApiKey({ actor, tenantId, keyId });
  }
  const { key } = await registry.createApiKey({ actor, tenantId, name: 'sandbox', scopes: everyScope, env: 'local' });
  secrets.apiKey = key;
  saveSecrets(secretsFile, secrets);
}
