import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { EventRef, StoredEvent } from '../log/stored-event.model.js';
import {
  FencedError,
  type LogPage,
  type LogStorage,
  PAGE_BYTES,
  type StreamPage,
  type StreamTail,
  UnknownCommitError,
} from './log-storage.port.js';
import {
  readAllSql,
  readStreamSql,
  REFS,
  SCHEMA,
  SCHEMA_LOCK,
  TAKE_BACK,
  TAKE_OVER,
  TAILS,
  TAKEOVER_CHANNEL,
  WRITE,
} from './postgres.schema.js';

interface Row {
  position: string;
  stream: string;
  revision: string;
  id: string;
  type: string;
  content_type: string;
  created: string;
  data: Buffer;
  metadata: Buffer;
}

const READ_STREAM = {
  forwards: readStreamSql('forwards', PAGE_BYTES),
  backwards: readStreamSql('backwards', PAGE_BYTES),
};
const READ_ALL = { forwards: readAllSql('forwards', PAGE_BYTES), backwards: readAllSql('backwards', PAGE_BYTES) };

/** Keeps the log in a Postgres database of its own: one connection writes, a small pool reads. */
export class PostgresStorage implements LogStorage {
  private readonly readers: pg.Pool;
  private writer: pg.Client | undefined;
  private epoch = 0n;
  private newestEpoch = 0n;
  private readonly owner = randomUUID();
  private recovering: Promise<bigint> | undefined;
  private closed = false;
  private onFenced = () => {};

  /** @param url where the log lives; `readers` is the number of reading connections (default 4). */
  constructor(
    private readonly url: string,
    readers = 4,
  ) {
    this.readers = new pg.Pool({ connectionString: url, max: readers, application_name: 'event-store-dev read' });
    // A broken idle connection is replaced at the next read; without a listener it would end the process.
    this.readers.on('error', () => {});
  }

  async open(onFenced: () => void): Promise<bigint> {
    this.onFenced = onFenced;
    const writer = await this.connect();
    await writer.query(`begin; select pg_advisory_xact_lock(${SCHEMA_LOCK}); ${SCHEMA} commit`);
    return this.takeOver(writer, TAKE_OVER);
  }

  recover(): Promise<bigint> {
    return (this.recovering ??= this.takeBack().finally(() => (this.recovering = undefined)));
  }

  async write(events: readonly StoredEvent[]): Promise<void> {
    const { writer } = this;
    if (!writer) throw new UnknownCommitError('the connection to Postgres is lost');
    let result: pg.QueryResult;
    try {
      result = await writer.query({ name: 'write', text: WRITE, values: writeValues(this.epoch, events) });
    } catch (error) {
      // An error that is not FATAL came from the server and rolled the statement back.
      if (error instanceof pg.DatabaseError && error.severity === 'ERROR') throw error;
      this.dropWriter(writer);
      throw new UnknownCommitError('the connection to Postgres was lost during a commit', { cause: error });
    }
    if (result.rowCount !== events.length) throw new FencedError();
  }

  async tails(streams: readonly string[]): Promise<Map<string, StreamTail>> {
    const { rows } = await this.readers.query<{ name: string; revision: string; data: Buffer | null }>({
      name: 'tails',
      text: TAILS,
      values: [streams],
    });
    return new Map(
      rows.map((row) => [row.name, { revision: BigInt(row.revision), ...(row.data && { data: row.data }) }]),
    );
  }

  async refs(stream: string, from: bigint, count: number): Promise<EventRef[]> {
    const values = [stream, from.toString(), count];
    const { rows } = await this.readers.query<Row>({ name: 'refs', text: REFS, values });
    return rows.map((row) => ({ id: row.id, revision: BigInt(row.revision), position: BigInt(row.position) }));
  }

  async readStream({ stream, from, direction, limit }: StreamPage): Promise<StoredEvent[]> {
    const query = { name: `read-stream-${direction}`, text: READ_STREAM[direction] };
    const { rows } = await this.readers.query<Row>({ ...query, values: [stream, from.toString(), limit] });
    return rows.map(toEvent);
  }

  async readAll({ from, direction, limit }: LogPage): Promise<StoredEvent[]> {
    const query = { name: `read-all-${direction}`, text: READ_ALL[direction] };
    const { rows } = await this.readers.query<Row>({ ...query, values: [from.toString(), limit] });
    return rows.map(toEvent);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.recovering?.catch(() => {});
    const { writer } = this;
    this.writer = undefined;
    await Promise.all([writer?.end().catch(() => {}), this.readers.end()]);
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'event-store-dev write',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client.on('error', () => this.dropWriter(client));
    client.on('notification', ({ payload }) => {
      this.newestEpoch = BigInt(payload ?? 0);
      if (this.writer === client && this.newestEpoch > this.epoch) this.onFenced();
    });
    await client.connect();
    // The promise that an acknowledged event survives does not depend on the server's default.
    await client.query(`set synchronous_commit = on; listen ${TAKEOVER_CHANNEL}`);
    return client;
  }

  /** Takes the log back after a lost connection, unless another instance has it now. */
  private async takeBack(): Promise<bigint> {
    const former = this.writer;
    this.writer = undefined;
    void former?.end().catch(() => {});
    // Waits for the lost transaction's lock on the row: afterwards it is either stored or gone for good.
    return this.takeOver(await this.connect(), TAKE_BACK);
  }

  private async takeOver(writer: pg.Client, sql: string): Promise<bigint> {
    try {
      const { rows } = await writer.query<{ epoch: string }>(sql, [this.owner]);
      const epoch = rows[0]?.epoch;
      if (epoch === undefined) throw new FencedError();
      this.epoch = BigInt(epoch);
      await writer.query('select pg_notify($1, $2)', [TAKEOVER_CHANNEL, epoch]);
      const head = await writer.query<{ head: string }>('select coalesce(max(position), 0) as head from event_log');
      if (this.newestEpoch > this.epoch) throw new FencedError();
      this.writer = writer;
      return BigInt(head.rows[0]?.head ?? 0);
    } catch (error) {
      void writer.end().catch(() => {});
      throw error;
    }
  }

  private dropWriter(client: pg.Client): void {
    void client.end().catch(() => {});
    if (this.writer !== client) return;
    this.writer = undefined;
    void this.comeBack();
  }

  /** An idle writer must hear of a take-over too: so a lost connection is replaced without waiting for the next write. */
  private async comeBack(): Promise<void> {
    while (!this.closed && !this.writer) {
      try {
        await this.recover();
      } catch (error) {
        if (error instanceof FencedError) return this.onFenced();
        await new Promise((resolve) => setTimeout(resolve, 500).unref());
      }
    }
  }
}

const toEvent = (row: Row): StoredEvent => ({
  id: row.id,
  stream: row.stream,
  revision: BigInt(row.revision),
  position: BigInt(row.position),
  type: row.type,
  contentType: row.content_type,
  created: BigInt(row.created),
  data: row.data,
  metadata: row.metadata,
});

/** One buffer for all bodies and arrays of numbers: cheaper to send than an array of byte strings. */
function writeValues(epoch: bigint, events: readonly StoredEvent[]): unknown[] {
  const starts: number[] = [];
  let offset = 1;
  for (const event of events) {
    starts.push(offset);
    offset += event.data.length + event.metadata.length;
  }
  const numbers = (values: readonly (number | bigint)[]) => `{${values.join(',')}}`;
  return [
    epoch.toString(),
    events[0]?.created.toString(),
    Buffer.concat(events.flatMap((event) => [event.data, event.metadata])),
    numbers(events.map((event) => event.position)),
    events.map((event) => event.stream),
    numbers(events.map((event) => event.revision)),
    `{${events.map((event) => event.id).join(',')}}`,
    events.map((event) => event.type),
    events.map((event) => event.contentType),
    numbers(starts),
    numbers(events.map((event) => event.data.length)),
    numbers(events.map((event) => event.metadata.length)),
  ];
}
