import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { postgresAdminUrl } from '@homing/embedded-stores';
import { LIVE_SCHEMA } from '@homing/read-model';
import { until, type LedgerLine, type LocalStack } from '@homing/testing/local-stack';
import pg from 'pg';
import { kindOf, type RequestStream } from './chaos.stream.fixture.js';

/** Nothing follows any more but what a provider still says, or a person decides. */
const TERMINAL = `o.state in ('refused', 'opened', 'clicked', 'delivered', 'bounced', 'complained', 'unsubscribed', 'responded', 'failed')
  or (a.kind = 'silent' and o.state in ('queued', 'sent'))`;
/** Listed as unknown, or found out since and tried again: that is told apart and looked after on its own. */
const WAS_UNKNOWN = `exists (select 1 from ${LIVE_SCHEMA}.outreach_attempts t
  where t.outreach_id = a.outreach_id and t.unknown_since is not null)`;
const ACCEPTED = `chaos.accepted a left join ${LIVE_SCHEMA}.outreach o using (outreach_id)`;
const CHUNK = 2_000;

export interface Unknown {
  readonly deliveryId: string;
  readonly attempt: number;
}

/**
 * The account, kept by the database: what was accepted and what the simulator's ledger holds are put beside the read model, so that
 * a hundred thousand messages are checked without holding one of them here.
 */
export class SqlAccount {
  private constructor(private readonly client: pg.Client) {}

  static async open(stack: LocalStack): Promise<SqlAccount> {
    const port = Number(new URL(stack.services()['postgres']?.url ?? '').port);
    const url = Object.assign(new URL(postgresAdminUrl(join(stack.home, 'postgres', 'data'), port)), {
      pathname: '/read',
    });
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(`create schema chaos;
      create table chaos.accepted (n integer not null, outreach_id uuid primary key, kind text not null);
      create table chaos.ledger (n integer primary key, outreach_id uuid, delivery_id text, attempt integer, address text);
      create index on chaos.ledger (outreach_id)`);
    return new SqlAccount(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async putAccepted(stream: RequestStream): Promise<void> {
    const insert = 'insert into chaos.accepted select * from unnest($1::int[], $2::uuid[], $3::text[])';
    for (const part of inChunks(stream.accepted()))
      await this.client.query(insert, [
        part.map(({ n }) => n),
        part.map(({ id }) => id),
        part.map(({ n }) => kindOf(n)),
      ]);
    await this.client.query('analyze chaos.accepted');
  }

  /** Reads on in the ledger's file, from where it stopped. */
  async putLedger(home: string): Promise<void> {
    const after = Number(await this.one('select coalesce(max(n), 0) as value from chaos.ledger'));
    const insert = `insert into chaos.ledger select n, left(delivery_id, 36)::uuid, delivery_id, attempt, address
      from unnest($1::int[], $2::text[], $3::int[], $4::text[]) as l (n, delivery_id, attempt, address)`;
    const lines = createInterface({ input: createReadStream(join(home, 'simulator', 'ledger.jsonl')) });
    let part: LedgerLine[] = [];
    const put = async (): Promise<void> => {
      const columns = [
        part.map((l) => l.n),
        part.map((l) => l.deliveryId),
        part.map((l) => l.attempt),
        part.map((l) => l.to),
      ];
      part = [];
      await this.client.query(insert, columns);
    };
    for await (const text of lines) {
      const line = JSON.parse(text) as LedgerLine;
      if (line.n > after) part.push(line);
      if (part.length === CHUNK) await put();
    }
    if (part.length > 0) await put();
    await this.client.query('analyze chaos.ledger');
  }

  /** How many accepted ones are not terminal, and the first few. Those of unknown outcome count as terminal only if told so. */
  async notTerminal(alsoUnknown: boolean): Promise<{ count: number; some: readonly string[] }> {
    const done = alsoUnknown ? `${TERMINAL} or ${WAS_UNKNOWN}` : TERMINAL;
    const { rows } = await this.client.query<{ count: string; some: string[] | null }>(
      `select count(*) as count, (array_agg(a.outreach_id || ' ' || coalesce(o.state, 'lost')))[1:5] as some
       from ${ACCEPTED} where (${done}) is not true`,
    );
    return { count: Number(rows[0]?.count), some: rows[0]?.some ?? [] };
  }

  /** Everything that breaks a promise, in words; nothing when all is well. */
  async faults(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [what, sql] of Object.entries(FAULTS)) {
      const { rows } = await this.client.query<{ what: string }>(`${sql} limit 5`);
      for (const row of rows) found.push(`${what}: ${row.what}`);
    }
    return found;
  }

  async unknown(): Promise<readonly Unknown[]> {
    const { rows } = await this.client.query<Unknown>(
      `select delivery_id as "deliveryId", attempt from ${LIVE_SCHEMA}.outreach_attempts where state = 'outcome_unknown'`,
    );
    return rows;
  }

  async wasSent({ deliveryId, attempt }: Unknown): Promise<boolean> {
    const sql = 'select 1 from chaos.ledger where delivery_id = $1 and attempt = $2';
    return (await this.client.query(sql, [deliveryId, attempt])).rowCount !== 0;
  }

  /** Reservations of campaigns that nobody's plan explains. */
  async nobodysReservations(): Promise<number> {
    const sql = `select count(*) as value from ${LIVE_SCHEMA}.open_reservations r
      left join ${LIVE_SCHEMA}.outreach o using (outreach_id)
      where r.kind <> 'person' and (o.outreach_id is null or o.refusal_step is not null or o.settled_at is not null)`;
    return Number(await this.one(sql));
  }

  /** Accepted messages by state, and what became of the unknown outcomes. */
  async figures(): Promise<object> {
    const states = await this.counted(`select o.state as name, count(*) from ${ACCEPTED} group by 1 order by 2 desc`);
    const settled = await this.counted(`select event_data->>'via' || ' ' || (event_data->>'outcome') as name, count(*)
      from ${LIVE_SCHEMA}.outreach_events where event_type = 'UnknownOutcomeSettled' group by 1`);
    const unknown = Number(
      await this.one(`select count(*) as value from ${LIVE_SCHEMA}.outreach_attempts where unknown_since is not null`),
    );
    const byHand = Object.values(settled).reduce((sum, count) => sum + count, 0);
    const sent = Number(await this.one('select count(*) as value from chaos.ledger'));
    return { sent, states, unknown: { ever: unknown, ...settled, 'webhook or late answer': unknown - byHand } };
  }

  async one(sql: string): Promise<unknown> {
    const { rows } = await this.client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  }

  private async counted(sql: string): Promise<Record<string, number>> {
    const { rows } = await this.client.query<{ name: string; count: string }>(sql);
    return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]));
  }
}

/** One query for each promise: its rows are what breaks it. */
const FAULTS: Readonly<Record<string, string>> = {
  lost: `select a.outreach_id || ' ' || coalesce(o.state, 'unheard of') as what from ${ACCEPTED}
    where not exists (select 1 from chaos.ledger l where l.outreach_id = a.outreach_id)
      and coalesce(o.state, '') not in ('refused', 'failed') and not ${WAS_UNKNOWN}`,
  'sent twice': `select delivery_id || '#' || attempt as what from chaos.ledger group by delivery_id, attempt having count(*) > 1`,
  'sent again though the first did not fail': `select f.delivery_id || '#' || s.attempt as what
    from chaos.ledger f join chaos.ledger s on s.delivery_id = f.delivery_id and s.attempt > f.attempt
    where not exists (select 1 from ${LIVE_SCHEMA}.outreach_events failed join ${LIVE_SCHEMA}.outreach_events started
        on started.outreach_id = failed.outreach_id and started.event_type = 'AttemptStarted'
        and started.attempt = s.attempt and started.position > failed.position
      where failed.outreach_id = f.outreach_id and failed.attempt = f.attempt
        and failed.event_data->>'fact' in ('bounced', 'dropped', 'undelivered', 'failed'))`,
  'sent and not asked for': `select l.delivery_id as what from chaos.ledger l
    where not exists (select 1 from chaos.accepted a where a.outreach_id = l.outreach_id)`,
  'over the cap': `select address as what from chaos.ledger where address like 'shared%' group by address having count(*) > 3`,
  'a fact recorded twice': `select outreach_id || ' ' || (event_data->>'fact') as what from ${LIVE_SCHEMA}.outreach_events
    where event_type = 'ProviderFactRecorded'
    group by outreach_id, attempt, event_data->>'fact', event_data->>'providerEventId' having count(*) > 1`,
  'refused or failed though sent': `select a.outreach_id || ' ' || o.state as what from ${ACCEPTED}
    join chaos.ledger l on l.outreach_id = a.outreach_id where o.state = 'refused'`,
};

function* inChunks<T>(items: Iterable<T>): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === CHUNK) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** Looks until nothing is left that is not terminal. @returns seconds since `from`, of `performance.now()` */
export async function untilTerminal(
  account: SqlAccount,
  { from, alsoUnknown, stopMs }: { readonly from: number; readonly alsoUnknown: boolean; readonly stopMs: number },
): Promise<number> {
  let left: Awaited<ReturnType<SqlAccount['notTerminal']>> = { count: -1, some: [] };
  const look = async (): Promise<boolean> => {
    const asked = performance.now();
    left = await account.notTerminal(alsoUnknown);
    // Looking at a hundred thousand rows must not be what the database is busy with.
    if (left.count > 0) await pause(4 * (performance.now() - asked));
    return left.count === 0;
  };
  await until(look, () => `${left.count} messages to be terminal: ${left.some.join(', ')}`, stopMs);
  return Math.round((performance.now() - from) / 100) / 10;
}
