import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import fc from 'fast-check';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { given } from '../outreach/given.fixture.js';
import {
  recorded,
  accepted,
  at,
  cancelled,
  committed,
  DEADLINE,
  expired,
  rejected,
  retry,
  settled,
  started,
} from '@homing/testing/outreach-story';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { claimAttempt, type ClaimDecision } from './claim.decider.js';

const claim =
  (attempt = 1, now = at(0), claimId = 'claim-1') =>
  (state: OutreachState): ClaimDecision =>
    claimAttempt(state, { leg: 1, attempt, claimId, claimedBy: 'g', now, leaseMs: 15_000 });
const fold = (...events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);
const eventsOf = (decide: (state: OutreachState) => ClaimDecision) => (state: OutreachState) => {
  const decision = decide(state);
  return decision.kind === 'stand_down' ? [] : decision.events;
};

describe('claiming an attempt', () => {
  it('starts the attempt that is next and due', () =>
    given(...committed)
      .when(eventsOf(claim()))
      .then(started()));

  it.each<[string, OutreachEvent[], (state: OutreachState) => ClaimDecision, string]>([
    ['what it does not know', [], claim(), 'unknown_outreach'],
    ['an attempt somebody has', [...committed, started()], claim(1, at(0), 'other'), 'already_started'],
    ['an attempt that was answered', [...committed, started(), accepted()], claim(), 'already_started'],
    [
      'a dispatch older than the attempt',
      [...committed, started(), rejected('retryable'), retry(2, 60, 'x')],
      claim(1, at(61)),
      'already_started',
    ],
    ['an attempt that is not next', [...committed], claim(2), 'superseded'],
    [
      'a retry before its time',
      [...committed, started(), rejected('retryable'), retry(2, 60, 'x')],
      claim(2, at(59)),
      'not_due',
    ],
    ['what was cancelled', [...committed, cancelled(0)], claim(), 'closed'],
    ['what was settled', [...committed, cancelled(0), settled('cancelled', 0)], claim(), 'closed'],
  ])('stands down from %s', (_what, events, decide, reason) => {
    expect(decide(fold(...events))).toEqual({ kind: 'stand_down', reason });
  });

  it('recognises its own claim, stored by a try whose answer was lost', () => {
    expect(claim()(fold(...committed, started()))).toMatchObject({ kind: 'claim', events: [] });
    expect(claim(1, at(0), 'another')(fold(...committed, started()))).toMatchObject({ kind: 'stand_down' });
    expect(claim()(fold(...committed, started(), accepted()))).toMatchObject({ kind: 'stand_down' });
  });

  it.each(['sent', 'deferred', 'delivered'] as const)(
    'does not start a retry once the provider said %s of the attempt before',
    (fact) => {
      const state = fold(...committed, started(), rejected('retryable'), retry(2, 60, 'x'), recorded(fact));
      expect(claim(2, at(99), 'c2')(state)).toMatchObject({ kind: 'stand_down' });
    },
  );

  it('expires what is past its deadline instead of sending it', () => {
    const now = DEADLINE;
    const late = (Date.parse(now) - Date.parse(at(0))) / 1000;
    given(...committed)
      .when(eventsOf(claim(1, now)))
      .then(expired(late), settled('expired', late));
  });

  it('is given at most once, however many claim in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ attempt: fc.integer({ min: 1, max: 3 }), second: fc.integer({ min: 0, max: 100 }) }), {
          maxLength: 20,
        }),
        (claims) => {
          let state = fold(...committed);
          let given = 0;
          for (const [i, { attempt, second }] of claims.entries()) {
            const decision = claim(attempt, at(second), `claim-${i}`)(state);
            if (decision.kind !== 'claim') continue;
            given += 1;
            state = decision.events.reduce(evolveOutreach, state);
          }
          expect(given).toBeLessThanOrEqual(1);
          expect(given).toBe(claims.some((c) => c.attempt === 1) ? 1 : 0);
        },
      ),
    );
  });
});
