import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import {
  accepted,
  assumed,
  at,
  cancelled,
  committed,
  decided,
  found,
  outreachId,
  plan,
  recorded,
  rejected,
  request,
  resent,
  retry,
  scheduled,
  settled,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import { dueDispatches } from './dispatch.view.js';
import { evolveOutreach } from './outreach.evolve.js';
import { emptyOutreach, type OutreachState } from './outreach.state.js';
import { timetableOf } from './timetable.view.js';

const fold = (...events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);
const owed = (...events: readonly OutreachEvent[]) =>
  timetableOf(fold(...events)).map(({ kind, attempt, dueAt }) => [kind, attempt, dueAt]);

describe('what the clock owes an outreach', () => {
  it('looks after what its committer dispatches only after a grace', () =>
    expect(owed(...committed)).toEqual([['dispatch', 1, at(3)]]));
  it('dispatches what was asked for later at its instant', () => {
    const later = { ...plan, sendAt: at(3600) };
    const events = [
      { type: 'OutreachRequested', data: { ...request, sendAt: at(3600) } },
      { ...decided, data: { ...decided.data, legs: [later] } },
      { ...scheduled, data: { ...scheduled.data, sendAt: at(3600) } },
    ] as OutreachEvent[];
    expect(owed(...events)).toEqual([['dispatch', 1, at(3600)]]);
  });
  it('dispatches a retry when it is due', () =>
    expect(owed(...committed, started(), rejected('retryable'), retry(2, 62, 'x'))).toEqual([['dispatch', 2, at(62)]]));
  it('looks after an attempt whose lease ends', () =>
    expect(owed(...committed, started())).toEqual([['lease', 1, at(15)]]));
  it('looks after a reaction nobody took', () =>
    expect(owed(...committed, started(), rejected('retryable'))).toEqual([['reaction', 1, at(15)]]));
  it.each<[string, OutreachEvent[]]>([
    ['what waits for the provider', [started(), accepted()]],
    ['what arrived', [started(), accepted(), recorded('delivered'), settled('delivered', 40)]],
    ['what was cancelled', [cancelled(1), settled('cancelled', 1)]],
  ])('owes nothing to %s', (_what, events) => expect(owed(...committed, ...events)).toEqual([]));
});

describe('what the clock owes an unknown outcome', () => {
  const hours72 = 72 * 3600;
  it('takes it for sent after 72 h where nobody can be asked', () =>
    expect(owed(...committed, started(), unknown())).toEqual([['assume', 1, at(15 + hours72)]]));
  it('asks a provider that can be asked as soon as its word counts', () =>
    expect(owed(...committed, started(1, 0, { lookUpAfterSeconds: 1800 }), unknown())).toEqual([
      ['lookup', 1, at(1815)],
      ['assume', 1, at(15 + hours72)],
    ]));
  it('sends again at once under a key that is honoured, and ever more slowly', () => {
    const events = [...committed, started(1, 0, { resendWithinSeconds: 900 }), unknown()];
    expect(owed(...events)[0]).toEqual(['lookup', 1, at(15)]);
    expect(owed(...events, resent(16, 31))[0]).toEqual(['lookup', 1, at(46)]);
    expect(owed(...events, resent(16, 31), resent(46, 61))[0]).toEqual(['lookup', 1, at(91)]);
  });
  it('goes on when the rest of the outreach is settled', () =>
    expect(owed(...committed, started(), unknown(), settled('delivered', 40))).toEqual([
      ['assume', 1, at(15 + hours72)],
    ]));
  it.each<[string, OutreachEvent[]]>([
    ['found sent', [found('sent')]],
    ['taken for sent', [assumed(15 + hours72), settled('assumed_sent', 15 + hours72)]],
    ['told of by its provider', [recorded('sent')]],
  ])('is owed nothing once it was %s', (_how, events) =>
    expect(owed(...committed, started(1, 0, { lookUpAfterSeconds: 5 }), unknown(), ...events)).toEqual([]),
  );
  it('is owed a reaction once it was found not sent', () =>
    expect(owed(...committed, started(), unknown(), found('not_sent'))).toEqual([['reaction', 1, at(15)]]));
});

describe('dispatches that are due', () => {
  it('carry the state, its revision and an id that repeats', () => {
    const state = fold(...committed);
    const [dispatch] = dueDispatches(state, 2n, at(0));
    expect(dispatch).toMatchObject({
      subject: 'delivery.dispatch.email',
      key: `${outreachId}.1:1:0`,
      data: { revision: '2', attempt: 1, state },
    });
    expect(dueDispatches(state, 2n, at(0))).toEqual([dispatch]);
  });
  it('are none before their time', () => expect(dueDispatches(fold(...committed), 2n, at(-1))).toEqual([]));
});
