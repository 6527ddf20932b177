import pg from 'pg';

/** One statement without parameters; rows as text. @throws what the driver throws */
export type AskPostgres = (statement: string) => Promise<Record<string, string>[]>;

const asText = { getTypeParser: () => (value: string) => value };

/** Asks on a connection of its own that is closed again. */
export const askPostgres =
  (connectionString: string): AskPostgres =>
  async (statement) => {
    const timeouts = { connectionTimeoutMillis: 10_000, query_timeout: 10_000 };
    const client = new pg.Client({
      connectionString,
      application_name: 'homing doctor',
      ...timeouts,
      types: asText as never,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, string>>(statement)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
