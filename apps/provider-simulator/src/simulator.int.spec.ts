// Real: the simulator's process, its files, SIGKILL, the SDK over TCP, signed webhooks. Not real: loss of power.
import { expect, it } from '@jest/globals';
import type { SendResult } from '@homing/channels';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerOf, Listener, sendgridAt, signingKeys, temporaryHome } from './simulator.fixture.js';
import { startSimulatorProcess, type SimulatorProcess } from './simulator-process.fixture.js';

const keys = signingKeys();

it('killed again and again under load, it never loses what it accepted and tells all of it', async () => {
  const { home, remove } = temporaryHome();
  const listener = await Listener.start(keys.publicKey);
  const env = {
    OUTREACH_HOME: home,
    SENDGRID_API_KEY: 'SG.simulated',
    SIMULATOR_WEBHOOK_URL: listener.url,
    SIMULATOR_SENDGRID_PRIVATE_KEY: keys.pkcs8,
  };
  const results = new Map<string, SendResult>();
  let simulator: SimulatorProcess | undefined;
  for (let round = 1; round <= 4; round++) {
    simulator = await startSimulatorProcess(env);
    const killed = await loadUntilKilled(simulator, round, results);
    expect(killed.signal).toBe('SIGKILL');
    if (round === 2) appendFileSync(join(home, 'simulator', 'ledger.jsonl'), '{"n":9999999,"at":"20');
  }
  simulator = await startSimulatorProcess(env);
  const ledger = await ledgerOf(simulator.url);
  const lines = new Map(ledger.map((line) => [line.deliveryId ?? '', line]));
  expect(lines.size).toBe(ledger.length); // nothing twice
  expect(ledger.map(({ n }) => n)).toEqual(ledger.map((_, index) => index + 1));
  const count = { accepted: 0, rejected: 0, unknown: 0, assisted: 0 };
  for (const [deliveryId, result] of results) {
    count[result.kind]++;
    if (result.kind === 'accepted') expect(lines.get(deliveryId)?.messageId).toBe(result.providerMessageId);
    if (result.kind === 'rejected') expect(lines.has(deliveryId)).toBe(false);
  }
  expect(count.accepted).toBeGreaterThan(100);
  expect(count.unknown).toBeGreaterThan(0); // kills landed while messages were in flight
  const told = () => new Set(listener.facts.filter(({ fact }) => fact === 'delivered').map((fact) => fact.deliveryId));
  await listener.until(() => told().size === ledger.length);
  expect(listener.posts.every(({ verdict }) => verdict === 'valid')).toBe(true);
  expect(await simulator.end('SIGTERM')).toEqual({ code: 0, signal: null });
  await listener.close();
  remove();
});

/** Eight senders at once; after some 60 acceptances of this round the process is killed and the senders stop. */
async function loadUntilKilled(simulator: SimulatorProcess, round: number, results: Map<string, SendResult>) {
  const sendgrid = sendgridAt(simulator.url);
  let accepted = 0;
  let ended: ReturnType<SimulatorProcess['end']> | undefined;
  const sender = async (lane: number) => {
    for (let i = 0; !ended; i++) {
      const deliveryId = `r${round}-l${lane}-i${i}.1`;
      const result = await sendgrid.send(`${deliveryId}@sandbox.test`, { deliveryId });
      results.set(deliveryId, result);
      if (result.kind === 'accepted' && ++accepted === 60) ended = simulator.end('SIGKILL');
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(sender));
  sendgrid.close();
  return ended as unknown as Awaited<ReturnType<SimulatorProcess['end']>>;
}
