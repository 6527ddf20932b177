import { parseArgs } from 'node:util';
import { loadTemplateFolder } from '@homing/content';
import { createRegistry, openVaultDatabase } from '@homing/vault/registry';
import type { Command } from '../provision.command.js';

const actor = 'operator';
/** What a tenant's own programs and people need; reading what dead letters say, and operating the installation, are named by hand. */
const everyScope = [
  'outreach:write,outreach:read,events:read,unknown-outcomes:settle,dead-letters:read,dead-letters:write',
  'campaigns:read,campaigns:write,policies:read,policies:write,suppressions:read,suppressions:write,conversions:write',
  'assisted-tasks:read,assisted-tasks:work,inbound:read,consents:read,consents:write,webhook-accounts:read,webhook-accounts:write',
].join(',');
const usage =
  'tenant --name NAME --email SENDER [--id UUID] [--sender-name NAME] [--scopes A,B] [--templates FOLDER]\n';

/**
 * `tenant`: makes a tenant with a first API key and prints both as one JSON line; the key is shown this once, only its digest is
 * kept. With the `--id` of a tenant that exists: another key for it. `--templates` adds a folder of templates (new versions where
 * they differ). As the owner of the database `vault`: `VAULT_OWNER_DATABASE_URL`.
 */
export const tenant: Command = async ({ env, args, write }) => {
  const wish = readWish(args);
  if (!wish) {
    write(usage);
    return 2;
  }
  const url = env.secret('VAULT_OWNER_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  env.check();
  const db = openVaultDatabase({ url: url.reveal(), maxConnections: 1 });
  try {
    const registry = createRegistry({ db, access: 'system' });
    const { name, email, senderName = name, scopes = everyScope, id } = wish;
    const sender = { email, name: senderName, replyTo: null, branding: {} };
    const made = await registry.createTenant({ actor, name, sender, ...(id ? { id } : {}) });
    const tenantId = made.id;
    const templates = wish.templates ? await loadTemplateFolder(wish.templates) : [];
    for (const template of templates) await registry.putTemplate({ actor, tenantId, ...template });
    const kept = { name: 'first', scopes: scopes.split(','), env: 'live' };
    const { keyId, key } = await registry.createApiKey({ actor, tenantId, ...kept });
    write(`${JSON.stringify({ tenantId, keyId, apiKey: key, templates: templates.length })}\n`);
    return 0;
  } finally {
    await db.destroy();
  }
};

interface Wish {
  readonly name: string;
  readonly email: string;
  readonly senderName?: string;
  readonly id?: string;
  readonly scopes?: string;
  readonly templates?: string;
}

function readWish(args: readonly string[]): Wish | undefined {
  const text = { type: 'string' } as const;
  const options = { name: text, email: text, 'sender-name': text, id: text, scopes: text, templates: text };
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { name, email, 'sender-name': senderName, ...more } = values;
    return name && email ? { name, email, ...(senderName ? { senderName } : {}), ...more } : undefined;
  } catch {
    return undefined;
  }
}
