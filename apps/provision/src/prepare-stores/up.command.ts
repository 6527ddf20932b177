import { databases, prepareDatabase, rolesOf, type DatabaseName } from '@homing/provisioning';
import { LIVE_SCHEMA, migrateReadModel } from '@homing/read-model';
import { retryWithBackoff, type Env } from '@homing/service-kit';
import { migrateVault } from '@homing/vault';
import type { Command } from '../provision.command.js';

/** `events` belongs to the development server alone. */
const ours = ['vault', 'read'] as const satisfies readonly DatabaseName[];
const postgres = { protocols: ['postgres', 'postgresql'] } as const;
/** A server that is just starting refuses and resets. */
const patience = { baseMs: 200, capMs: 2_000, maxAttempts: 30 };

/**
 * `up`: makes the databases `vault` and `read` with their roles, then brings both schemas to this release. Safe to repeat, and to
 * run twice at once; never drops anything. Run it before the services of a new release.
 *
 * `POSTGRES_ADMIN_URL`: a user who may create roles and databases, on the database `postgres`. For every role `<ROLE>_DATABASE_URL`
 * (`VAULT_OWNER_DATABASE_URL`, `READ_API_DATABASE_URL`, ...): user and password in it become the role's.
 */
export const up: Command = async ({ env, logger }) => {
  const adminUrl = env.secret('POSTGRES_ADMIN_URL', postgres);
  const urls = Object.fromEntries(ours.flatMap(rolesOf).map((role) => [role, roleUrl(env, role)]));
  env.check();
  const passwords = Object.fromEntries(
    Object.entries(urls).map(([role, url]) => [role, decodeURIComponent(new URL(url).password)]),
  );
  const onRetry = ({ error }: { error: unknown }) =>
    logger.warn({ err: error }, 'the databases cannot be prepared yet');
  await retryWithBackoff(
    async () => {
      for (const name of ours) {
        const searchPath = name === 'read' ? { searchPath: LIVE_SCHEMA } : {};
        await prepareDatabase({ adminUrl: adminUrl.reveal(), name, passwords, ...searchPath });
      }
    },
    { ...patience, onRetry },
  );
  logger.info({ databases: ours }, 'databases and roles are there');
  const migrations = await migrateVault(urls[databases.vault.owner] ?? '');
  await migrateReadModel(urls[databases.read.owner] ?? '');
  logger.info({ vault: migrations }, 'schemas are up to date');
  return 0;
};

export const roleVariable = (role: string): string => `${role.toUpperCase()}_DATABASE_URL`;

function roleUrl(env: Env, role: string): string {
  const url = env.secret(roleVariable(role), postgres).reveal();
  if (url === '') return url;
  const { username, password } = new URL(url);
  if (username !== role || password === '') env.fault(roleVariable(role), `must log in as ${role} with a password`);
  return url;
}
