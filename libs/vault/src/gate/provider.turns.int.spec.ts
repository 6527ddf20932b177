import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createTurnReader, type TurnReader } from './provider.turns.js';

let vault: TestVault;
let gateways: TurnReader[];

beforeAll(async () => {
  vault = await startTestVault();
  gateways = [createTurnReader(vault.as('vault_open')), createTurnReader(vault.as('vault_open'))];
});
afterAll(() => vault?.close());

describe('turns at a provider', () => {
  it('are given once each, however many gateways take them at one moment, and none beyond the horizon', async () => {
    const wanted = { provider: 'one', count: 3, spacingMs: 1_000, horizonMs: 20_000 };
    const started = performance.now();
    const taken = await Promise.all(Array.from({ length: 40 }, (_, i) => gateways[i % 2]!.take(wanted)));
    const tookMs = performance.now() - started;
    const given = taken.filter((begins) => begins !== undefined);
    // From 0 on, 3 s further each; the last is given while the one before it begins within the horizon.
    expect(given.length).toBeGreaterThanOrEqual(7);
    expect(given.length).toBeLessThanOrEqual(7 + Math.ceil(tookMs / 3_000));
    const later = await gateways[0]!.take({ ...wanted, horizonMs: 1 });
    expect(later).toBeUndefined();
  });

  it('lie apart by what was asked for, told by the clock of the database', async () => {
    const wanted = { provider: 'two', count: 10, spacingMs: 50.0005, horizonMs: 60_000 };
    const first = await gateways[0]!.take(wanted);
    const before = performance.now();
    const second = await gateways[1]!.take(wanted);
    const betweenMs = performance.now() - before;
    expect(first).toBeLessThanOrEqual(0);
    // Less by the time that passed between the two, at the most by that of the second question and the first's answer.
    expect(second).toBeLessThanOrEqual(500.1);
    expect(second).toBeGreaterThan(500 - betweenMs - 1_000);
  });

  it('of one provider wait for none of another', async () => {
    const wanted = { count: 1_000, spacingMs: 100, horizonMs: 1_000 };
    await gateways[0]!.take({ ...wanted, provider: 'busy' });
    expect(await gateways[0]!.take({ ...wanted, provider: 'busy' })).toBeUndefined();
    expect(await gateways[0]!.take({ ...wanted, provider: 'idle' })).toBeLessThanOrEqual(0);
  });
});
