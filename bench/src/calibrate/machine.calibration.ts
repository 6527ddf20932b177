import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { startNats } from '@homing/embedded-stores';
import { connectEventStore } from '@homing/event-store';
import type { LocalStack } from '@homing/testing/local-stack';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { spreadOf, type Spread } from '../figures/percentiles.js';
import type { Calibration } from '../figures/report.js';
import { runLoad } from '../load/load.client.js';
import { adminUrl, withClient } from '../stack/store.access.js';

/** How often each is repeated. */
export interface CalibrationWish {
  readonly times: number;
}

/** Measures the yardsticks on the stores of a running, idle stack; all but JetStream, which gets a server of its own, set up alike. */
export async function calibrate(stack: LocalStack, { times }: CalibrationWish): Promise<Calibration> {
  return {
    fsync: await fsync(stack.home, times),
    ...(await inserts(adminUrl(stack, 'postgres'), times)),
    publish: await publish(stack.home, times),
    append: await append(stack.env['EVENTSTORE_URL'] ?? '', times),
    http: await http(),
    cpu: cpu(Math.ceil(times / 10)),
    memory: memory(Math.ceil(times / 10)),
  };
}

const kilobyte = randomBytes(1_024);

/** One after the other; the first tenth warms up and is not counted. */
async function timed(times: number, run: (n: number) => Promise<unknown>): Promise<Spread> {
  const warm = Math.ceil(times / 10);
  const found: number[] = [];
  for (let n = 0; n < warm + times; n++) {
    const before = performance.now();
    await run(n);
    if (n >= warm) found.push(performance.now() - before);
  }
  return spreadOf(found);
}

async function fsync(home: string, times: number): Promise<Spread> {
  const folder = mkdtempSync(join(home, 'bench-'));
  const file = await open(join(folder, 'fsync'), 'w');
  const page = randomBytes(4_096);
  try {
    return await timed(times, async () => {
      await file.write(page);
      await file.datasync();
    });
  } finally {
    await file.close();
    rmSync(folder, { recursive: true });
  }
}

function inserts(url: string, times: number): Promise<Pick<Calibration, 'insert' | 'insertMany'>> {
  return withClient(url, async (client) => {
    await client.query('create table bench_calibration (id bigserial primary key, data bytea not null)');
    const single = { name: 'single', text: 'insert into bench_calibration (data) values ($1)', values: [kilobyte] };
    const many = {
      name: 'many',
      text: 'insert into bench_calibration (data) select unnest($1::bytea[])',
      values: [Array.from({ length: 100 }, () => kilobyte)],
    };
    try {
      const insert = await timed(times, () => client.query(single));
      return { insert, insertMany: await timed(Math.ceil(times / 4), () => client.query(many)) };
    } finally {
      await client.query('drop table bench_calibration');
    }
  });
}

async function publish(home: string, times: number): Promise<Spread> {
  const dir = mkdtempSync(join(home, 'bench-'));
  const server = await startNats({ dir, encryptionKey: 'for the bench only' });
  const connection = await connect({ servers: server.url });
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'BENCH', subjects: ['bench'] });
    const js = jetstream(connection);
    return await timed(times, () => js.publish('bench', kilobyte));
  } finally {
    await connection.close();
    await server.stop();
    rmSync(dir, { recursive: true });
  }
}

async function append(url: string, times: number): Promise<Spread> {
  const store = connectEventStore({ url });
  const metadata = {
    tenantId: randomUUID(),
    correlationId: 'bench',
    causationId: 'bench',
    recordedAt: new Date().toISOString(),
    recordedBy: 'bench',
    schemaVersion: 1,
  };
  const events = Array.from({ length: 3 }, () => ({ type: 'Calibrated', data: { text: kilobyte.toString('base64') } }));
  try {
    return await timed(times, (n) =>
      store.append({
        stream: `bench-${randomUUID()}`,
        expectedRevision: 'no_stream',
        commandId: `calibrate:${n}`,
        events,
        metadata,
      }),
    );
  } finally {
    await store.dispose();
  }
}

/** Open loop, so that a slow machine shows. */
async function http(): Promise<Spread> {
  const { latencies } = await runLoad({ kind: 'echo', rate: 200, seconds: 3, seed: 1 });
  return spreadOf(latencies);
}

/** CPU time, not time that passed: others do not disturb it much. */
function cpu(times: number): Spread {
  const thing = Array.from({ length: 20 }, (_, n) => ({ n, id: randomUUID(), text: 'outreach '.repeat(5) }));
  const found: number[] = [];
  for (let n = 0; n < times + 3; n++) {
    const before = process.cpuUsage();
    for (let bytes = 0; bytes < 2 ** 20;) {
      const text = JSON.stringify(JSON.parse(JSON.stringify(thing)));
      createHash('sha256').update(text).digest('hex');
      bytes += text.length;
    }
    const { user, system } = process.cpuUsage(before);
    if (n >= 3) found.push((user + system) / 1_000);
  }
  return spreadOf(found);
}

/** CPU time to write over 64 MiB that are in memory already: tells a machine whose memory others keep busy. */
function memory(times: number): Spread {
  const block = Buffer.alloc(64 * 2 ** 20, 1);
  const found: number[] = [];
  for (let n = 0; n < times + 1; n++) {
    const before = process.cpuUsage();
    block.fill(n % 256);
    const { user, system } = process.cpuUsage(before);
    if (n >= 1) found.push((user + system) / 1_000);
  }
  return spreadOf(found);
}
