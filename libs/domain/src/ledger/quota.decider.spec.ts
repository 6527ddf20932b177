import { describe, expect, it } from '@jest/globals';
import type { BalanceChange } from '@homing/contracts';
import { decideBalance, type BalanceCommand, type BalanceResult } from './balance.decider.js';
import { emptyBalance, evolveBalance } from './balance.state.js';
import type { PlaceCommand } from './quota.decider.js';

const place = (key: string, hours: readonly string[], over: Partial<PlaceCommand> = {}): PlaceCommand => ({
  ...{ kind: 'place', key, hours, limits: { perHour: 1, perDay: 3, version: 1 }, attempt: 1, moves: false },
  ...over,
});
const again = { attempt: 2, moves: true };

function play(...commands: BalanceCommand[]) {
  const results: BalanceResult[] = [];
  const log: BalanceChange[] = [];
  let state = emptyBalance;
  for (const command of commands) {
    const { changes, result } = decideBalance(state, command);
    results.push(result);
    log.push(...changes);
    const data = { tenantId: 't', at: '2026-05-01T10:00:00.000Z', changes };
    if (changes.length > 0) state = evolveBalance(state, { type: 'QuotaChanged', data });
  }
  return { state, results, log };
}

describe('a place in a channel’s quota', () => {
  it('is given in the first hour with room, until the day has none', () => {
    const hours = ['h1', 'h2', 'h3', 'h4'];
    const { results } = play(place('a', hours), place('b', hours), place('c', hours), place('d', hours));
    expect(results).toEqual([
      ...['h1', 'h2', 'h3'].map((hour, i) => ({ kind: 'booked', serial: i + 1, hour })),
      { kind: 'refused', limit: 3, left: 0, full: 'day' },
    ]);
  });

  it('is refused where no hour that would do has room', () =>
    expect(play(place('a', ['h1']), place('b', ['h1'])).results[1]).toEqual({
      ...{ kind: 'refused', limit: 1, left: 0, full: 'hour' },
    }));

  it('stays where it is, however often and for whatever hours it is asked for', () => {
    const { results, log } = play(place('a', ['h1']), place('a', ['h2']));
    expect(results[1]).toEqual({ kind: 'held', serial: 1, hour: 'h1' });
    expect(log.map(({ kind }) => kind)).toEqual(['limited', 'reserved']);
  });

  it('moves with a retry, keeps its reservation, and is charged once', () => {
    const { results, state } = play(...[place('a', ['h1']), place('a', ['h2'], again), place('b', ['h1'])], {
      kind: 'settle',
      key: 'a',
      charged: 1,
      serial: 1,
    });
    expect(results[1]).toEqual({ kind: 'booked', serial: 1, hour: 'h2' });
    expect(results[2]).toMatchObject({ kind: 'booked', hour: 'h1' });
    expect(state).toMatchObject({ reserved: 1, spent: 1, hours: { h1: 1, h2: 1 } });
  });

  it('makes room for a retry of its own within its hour, full as that is', () =>
    expect(play(place('a', ['h1']), place('a', ['h1', 'h2'], again)).results[1]).toMatchObject({ hour: 'h1' }));

  it('is moved by nobody who still sees an earlier attempt to come', () =>
    expect(play(place('a', ['h1']), place('a', ['h2'], again), place('a', ['h3'], { moves: true })).results[2]).toEqual(
      {
        ...{ kind: 'held', serial: 1, hour: 'h2' },
      },
    ));

  it('follows the newest limits, whoever brings them; lower ones let nothing more through', () => {
    const wide = { limits: { perHour: null, perDay: null, version: 2 } };
    const { results } = play(
      ...[place('a', ['h1']), place('b', ['h1'], wide), place('c', ['h1'])],
      place('d', ['h1'], { limits: { perHour: 2, perDay: 2, version: 3 } }),
    );
    expect(results.map(({ kind }) => kind)).toEqual(['booked', 'booked', 'booked', 'refused']);
  });

  it('that is given back is somebody else’s', () =>
    expect(play(place('a', ['h1']), { kind: 'release', key: 'a' }, place('b', ['h1'])).results[2]).toMatchObject({
      ...{ kind: 'booked', hour: 'h1' },
    }));
});
