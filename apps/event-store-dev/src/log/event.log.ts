import { randomUUID } from 'node:crypto';
import type { LogStorage } from '../storage/log-storage.port.js';
import { CommittedTail } from './committed-tail.feed.js';
import { LogReader } from './log.reader.js';
import { LogWriter } from './log.writer.js';
import { StreamTails } from './stream-tails.cache.js';

/** One open log: the writer and the readers over one storage. */
export interface EventLog {
  readonly writer: LogWriter;
  readonly reader: LogReader;
  /** The last committed position. */
  head(): bigint;
  /** Answers what waits, then lets the storage go. */
  close(reason: string): Promise<void>;
}

export interface OpenLogOptions {
  readonly storage: LogStorage;
  /** Another instance took the log over: nothing can be written here any more. */
  readonly onFenced: () => void;
  readonly now?: () => number;
  /** How long a commit is tried again while the storage is away, in ms (default 10 000). */
  readonly patience?: number;
}

/** Opens the log and becomes its writer. @throws Error when the storage cannot be opened or written; it is closed then. */
export async function openEventLog(options: OpenLogOptions): Promise<EventLog> {
  try {
    return await openOver(options);
  } catch (error) {
    await options.storage.close().catch(() => {});
    throw error;
  }
}

async function openOver({ storage, onFenced, now, patience }: OpenLogOptions): Promise<EventLog> {
  let fenced = false;
  const fence = () => {
    if (!fenced) onFenced();
    fenced = true;
  };
  const feed = new CommittedTail(await storage.open(fence));
  const tails = new StreamTails(storage);
  const given = { ...(now && { now }), ...(patience !== undefined && { patience }) };
  const writer = new LogWriter({ storage, tails, feed, onFenced: fence, ...given });
  const reader = new LogReader({ storage, tails, feed, ...given });
  if (feed.head === 0n) await seed(writer);
  return {
    writer,
    reader,
    head: () => feed.head,
    close: async (reason) => {
      await writer.close(reason);
      await storage.close();
    },
  };
}

/** A real node's log begins with its own users: callers may rely on $all never being empty. */
async function seed(writer: LogWriter): Promise<void> {
  const event = (type: string, data: string) => ({
    id: randomUUID(),
    type,
    contentType: 'application/json',
    data: Buffer.from(data),
    metadata: new Uint8Array(),
  });
  for (const login of ['admin', 'ops']) {
    const created = event('$UserCreated', JSON.stringify({ loginName: login, fullName: login, disabled: false }));
    const written = await Promise.all([
      writer.submit({ kind: 'append', stream: `$user-${login}`, expected: 'no_stream', events: [created] }),
      writer.submit({
        kind: 'append',
        stream: '$users',
        expected: 'any',
        events: [event('$User', JSON.stringify(login))],
      }),
    ]);
    const failed = written.find(({ kind }) => kind !== 'written');
    if (failed) throw new Error(`the log cannot be written: ${JSON.stringify(failed)}`);
  }
}
