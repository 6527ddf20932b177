// Real: ingestion's own process killed at its named points, the simulator over TCP with its retries, a nats-server.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createSendgridProvider } from '@homing/channels';
import { freePort } from '@homing/embedded-stores';
import { startSimulator, type RunningSimulator } from '@homing/provider-simulator';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { superviseIngestion, type SupervisedIngestion } from './ingestion-process.fixture.js';
import { deadLetterKeys, keys, TestBus, until } from './ingestion.fixture.js';

const POINTS = ['ingestion.before-publish', 'ingestion.after-publish'];
let home: string;
let bus: TestBus;
let ingestion: SupervisedIngestion;
let simulator: RunningSimulator;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'ingestion-crash-'));
  bus = await TestBus.start();
  const port = await freePort();
  ingestion = await superviseIngestion({
    PORT: String(port),
    NATS_URL: bus.url,
    SENDGRID_WEBHOOK_PUBLIC_KEY: keys.publicKey,
    DEAD_LETTER_SEAL_KEY: deadLetterKeys.sealKey,
    HOMING_CRASH_POINTS: `${POINTS[0]}@2,${POINTS[1]}@3`,
    HOMING_CRASH_DIR: join(home, 'crashes'),
  });
  simulator = await startSimulator({
    home,
    seed: 'crash',
    webhookUrl: `http://127.0.0.1:${port}`,
    secrets: { SENDGRID_API_KEY: 'SG.simulated', SIMULATOR_SENDGRID_PRIVATE_KEY: keys.pkcs8 },
    retryMs: [100],
  });
});
afterAll(async () => {
  await simulator.stop();
  await ingestion.stop();
  await bus.close();
  rmSync(home, { recursive: true, force: true });
});

it('killed before and after it published, it still hears every fact, and a repeat under the key it had', async () => {
  await fetch(`${simulator.url}/_behaviour`, {
    method: 'PUT',
    body: JSON.stringify({ sendgrid: { webhook: { batchSize: 5, duplicates: 1, reorder: true } } }),
  });
  const sendgrid = createSendgridProvider({ apiKey: 'SG.simulated', baseUrl: simulator.url });
  const stop = { signal: new AbortController().signal, timeoutMs: 30_000 };
  const deliveryIds = Array.from({ length: 60 }, (_, i) => `crash-${i}.1`);
  for (const deliveryId of deliveryIds) {
    const to = { address: `${deliveryId}+opens@sandbox.test` };
    const from = { address: 'desk@sandbox.test' };
    const message = { deliveryId, attempt: 1, tenantId: 't1', to, from, subject: 's', text: 't' };
    expect(await sendgrid.send(message, stop)).toMatchObject({ kind: 'accepted' });
  }
  sendgrid.close();
  /** Those that come again among others stand in another message; whoever records them knows them by their key. */
  const heard = async () =>
    new Map((await bus.signals().catch(() => [])).map(({ id, data }) => [id, `${data?.deliveryId} ${data?.fact}`]));
  await until(async () => (await heard()).size >= 180, 'all facts are on the bus');
  await until(() => ingestion.ends.length === 2, 'both kills');
  const facts = [...(await heard()).values()].toSorted();
  const expected = deliveryIds
    .flatMap((id) => ['sent', 'delivered', 'opened'].map((fact) => `${id} ${fact}`))
    .toSorted();
  expect(facts).toEqual(expected);
  for (const point of POINTS) expect(existsSync(join(home, 'crashes', point))).toBe(true);
  expect(ingestion.ends).toEqual(['SIGKILL', 'SIGKILL']);
});
