import pg from 'pg';
import { databases, rolesOf, type DatabaseName } from './database.roles.js';
import { ensureDatabase, ensureRole } from './postgres.roles.js';

export interface DatabasePreparation {
  /** A user who may create roles and databases, on the database `postgres`. */
  readonly adminUrl: string;
  readonly name: DatabaseName;
  /** By role. Every role of this database needs one. */
  readonly passwords: Readonly<Record<string, string>>;
  /** The schema people at a prompt need not name. Default: PostgreSQL's own. */
  readonly searchPath?: string;
}

/** Makes the database and its roles, or brings their passwords up to date. Safe to repeat; never drops anything. @throws Error naming a role without a password */
export async function prepareDatabase({ adminUrl, name, passwords, searchPath }: DatabasePreparation): Promise<void> {
  const { owner, connect } = databases[name];
  for (const role of rolesOf(name)) {
    const password = passwords[role];
    if (!password) throw new Error(`role ${role} has no password`);
    await ensureRole(adminUrl, { name: role, password });
  }
  await ensureDatabase(adminUrl, { database: name, owner, connect: [...connect] });
  if (searchPath) await setSearchPath({ adminUrl, name, searchPath });
}

interface SearchPath {
  readonly adminUrl: string;
  readonly name: DatabaseName;
  readonly searchPath: string;
}

async function setSearchPath({ adminUrl, name, searchPath }: SearchPath): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  const quoted = (identifier: string) => pg.escapeIdentifier(identifier);
  await client.connect();
  try {
    for (const role of databases[name].connect)
      await client.query(
        `alter role ${quoted(role)} in database ${quoted(name)} set search_path = ${quoted(searchPath)}`,
      );
  } finally {
    await client.end();
  }
}
