import { describe, expect, it } from '@jest/globals';
import type { BalanceChange, BalanceEvent } from '@homing/contracts';
import fc from 'fast-check';
import { decideBalance, type BalanceCommand, type BalanceResult } from './balance.decider.js';
import { emptyBalance, evolveBalance, type BalanceState } from './balance.state.js';

const event = (changes: readonly BalanceChange[]): BalanceEvent => ({
  type: 'BudgetChanged',
  data: { tenantId: 't', at: '2026-05-01T10:00:00.000Z', changes },
});

function play(...commands: BalanceCommand[]): { state: BalanceState; results: BalanceResult[]; log: BalanceChange[] } {
  const log: BalanceChange[] = [];
  const results: BalanceResult[] = [];
  let state = emptyBalance;
  for (const command of commands) {
    const { changes, result } = decideBalance(state, command);
    log.push(...changes);
    results.push(result);
    if (changes.length > 0) state = evolveBalance(state, event(changes));
  }
  return { state, results, log };
}

const reserve = (key: string, amount: number, limit: number | null = 100, version = 1): BalanceCommand => ({
  kind: 'reserve',
  key,
  amount,
  limit: { limit, version },
});
const settle = (key: string, charged: number): BalanceCommand => ({ kind: 'settle', key, charged });
const release = (key: string): BalanceCommand => ({ kind: 'release', key });
const kinds = (results: readonly BalanceResult[]): string[] => results.map((result) => result.kind);

describe('a balance', () => {
  it('takes what fits to the last unit, and refuses one more with what is left', () => {
    const { results } = play(reserve('a', 60), reserve('b', 40), reserve('c', 1));
    expect(kinds(results)).toEqual(['booked', 'booked', 'refused']);
    expect(results[2]).toEqual({ kind: 'refused', limit: 100, left: 0 });
  });

  it('holds a reservation once, however often it is asked for', () => {
    const { results, state } = play(reserve('a', 60), reserve('a', 60), reserve('a', 90));
    expect(kinds(results)).toEqual(['booked', 'held', 'held']);
    expect(state).toMatchObject({ reserved: 60, spent: 0 });
  });

  it('gives back what is released, and spends what is settled, once', () => {
    const { state } = play(
      reserve('a', 60),
      reserve('b', 40),
      release('a'),
      release('a'),
      settle('b', 30),
      settle('b', 30),
    );
    expect(state).toMatchObject({ reserved: 0, spent: 30, variance: 0, open: {} });
  });

  it('charges what was sent although it had been given back, once and visibly, and what still stood without a variance', () => {
    const charge: BalanceCommand = { kind: 'charge', key: 'a', charged: 60 };
    const back = play(reserve('a', 60), release('a'), reserve('b', 100), charge, charge, release('a'));
    expect(back.state).toMatchObject({ reserved: 100, spent: 60, variance: 60 });
    expect(back.log.at(-1)).toEqual({ kind: 'charged', key: 'a', amount: 0, charged: 60 });
    const open = play(reserve('a', 60), charge, release('a'), charge);
    expect(open.state).toMatchObject({ reserved: 0, spent: 60, variance: 0, open: {} });
  });

  it('shows a charge beyond what was reserved', () => {
    const { state, results } = play(reserve('a', 60), settle('a', 90), reserve('b', 20));
    expect(state).toMatchObject({ spent: 90, variance: 30 });
    expect(results[2]).toEqual({ kind: 'refused', limit: 100, left: 10 });
  });

  it('charges the reservation that was committed, and gives back one made again under its key', () => {
    const committed: BalanceCommand = { kind: 'settle', key: 'a', charged: 60, serial: 1 };
    const { results, state, log } = play(reserve('a', 60), committed, reserve('a', 30), committed, committed);
    expect(results[0]).toEqual({ kind: 'booked', serial: 1 });
    expect(results[2]).toEqual({ kind: 'booked', serial: 2 });
    expect(log.map(({ kind }) => kind)).toEqual(['limited', 'reserved', 'settled', 'reserved', 'released']);
    expect(state).toMatchObject({ reserved: 0, spent: 60, serial: 2, open: {} });
  });

  it('tells who asks again which reservation stands, and lets go of no other than is named', () => {
    const other: BalanceCommand = { kind: 'release', key: 'a', serial: 7 };
    const { results, state } = play(reserve('b', 1), reserve('a', 60), reserve('a', 60), other);
    expect(results[2]).toEqual({ kind: 'held', serial: 2 });
    expect(state.open).toEqual({ a: { amount: 60, serial: 2 }, b: { amount: 1, serial: 1 } });
    expect(play(reserve('a', 60), { ...other, serial: 1 }).state.open).toEqual({});
  });

  it('follows the newest setting of the limit, whoever brings it; one that is lowered lets nothing more through', () => {
    const { results, state } = play(
      ...[reserve('a', 60), reserve('b', 60, 200, 2), reserve('c', 60, 100, 1), reserve('d', 60, 90, 3)],
      ...[reserve('e', 500, null, 4)],
    );
    expect(kinds(results)).toEqual(['booked', 'booked', 'booked', 'refused', 'booked']);
    expect(state).toMatchObject({ limit: null, version: 4 });
  });

  it('never promises more than its limit at any prefix of its log, and its sums are those of its open reservations', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const amount = fc.nat({ max: 60 });
    const command: fc.Arbitrary<BalanceCommand> = fc.oneof(
      fc
        .tuple(key, amount, fc.option(fc.nat({ max: 200 })), fc.integer({ min: 1, max: 4 }))
        .map(([k, a, l, v]) => reserve(k, a, l, v)),
      key.map(release),
      // A provider charges what was reserved, or less.
      fc.tuple(key, fc.constantFrom(0, 0.5, 1)).map(([k, part]): BalanceCommand => settle(k, part)),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let state = emptyBalance;
        for (const wanted of commands) {
          const charge =
            wanted.kind === 'settle' ? Math.floor((state.open[wanted.key]?.amount ?? 0) * wanted.charged) : 0;
          const { changes } = decideBalance(state, wanted.kind === 'settle' ? { ...wanted, charged: charge } : wanted);
          for (const change of changes) {
            state = evolveBalance(state, event([change]));
            const { limit, reserved, spent } = state;
            if (change.kind === 'reserved' && limit !== null) expect(reserved + spent).toBeLessThanOrEqual(limit);
          }
          expect(state.reserved).toBe(Object.values(state.open).reduce((sum, { amount: open }) => sum + open, 0));
        }
      }),
    );
  });
});
