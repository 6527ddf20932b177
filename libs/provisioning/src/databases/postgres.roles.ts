import pg from 'pg';
import { scramVerifier } from './scram.verifier.js';

/** A role of the server with its password. */
export interface Login {
  name: string;
  password: string;
}

const name = (identifier: string) => pg.escapeIdentifier(identifier);

/** One at a time per server: roles and databases are shared by everyone on it. */
async function exclusively(adminUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('homing.roles'))");
    await work(client);
  } finally {
    await client.end();
  }
}

/**
 * Makes a login role without any special right, or sets the password of an existing one. Safe to repeat and to run
 * from several processes at once. `adminUrl` must be on one database for all of them (use `postgres`).
 */
export async function ensureRole(adminUrl: string, login: Login): Promise<void> {
  await exclusively(adminUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [login.name]);
    await client.query(
      `${rowCount ? 'alter' : 'create'} role ${name(login.name)} with login nocreatedb nocreaterole
       password ${pg.escapeLiteral(scramVerifier(login.password))}`,
    );
  });
}

/**
 * Makes a database that only its owner (if given; the role must exist) and the roles in `connect` may enter.
 * Safe to repeat and to run from several processes at once; never drops anything.
 */
export async function ensureDatabase(
  adminUrl: string,
  { database, owner, connect = [] }: { database: string; owner?: string; connect?: string[] },
): Promise<void> {
  await exclusively(adminUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (owner) await ownable(client, owner);
    if (!rowCount) await client.query(`create database ${name(database)} ${owner ? `owner ${name(owner)}` : ''}`);
    await client.query(`revoke all on database ${name(database)} from public`);
    for (const role of connect) await client.query(`grant connect on database ${name(database)} to ${name(role)}`);
  });
}

/** Only a member may give a database to a role; a superuser is above that. */
async function ownable(client: pg.Client, owner: string): Promise<void> {
  const { rows } = await client.query<{ super: boolean }>(
    'select rolsuper as super from pg_roles where rolname = current_user',
  );
  if (!rows[0]?.super) await client.query(`grant ${name(owner)} to current_user`);
}
