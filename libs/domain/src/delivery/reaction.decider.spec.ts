import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { given } from '../outreach/given.fixture.js';
import {
  accepted,
  at,
  cancelled,
  committed,
  expired,
  failed,
  recorded,
  rejected,
  retry,
  settled,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { timetableOf } from '../outreach/timetable.view.js';
import { react } from './reaction.decider.js';
import { retryDelaySeconds } from './retry.policy.js';

const reacting =
  (second = 2) =>
  (state: OutreachState) =>
    react(state, at(second));
const tried = (attempt: number, rejection: Parameters<typeof rejected>[0] = 'retryable', code = 'http_503') => [
  started(attempt),
  rejected(rejection, { attempt, code }),
];

describe('what follows', () => {
  it('from a rejection that may pass: a retry after 60 s', () =>
    given(...committed, ...tried(1))
      .when(reacting())
      .then(retry(2, 62, 'http_503')));
  it('from a second one: a retry after 120 s', () =>
    given(...committed, ...tried(1), retry(2, 62, 'x'), ...tried(2))
      .when(reacting(100))
      .then(retry(3, 220, 'http_503')));
  it('from one too many: a permanent failure, and the settling', () =>
    given(...committed, ...tried(1), retry(2, 2, 'x'), ...tried(2), retry(3, 3, 'x'), ...tried(3))
      .when(reacting(100))
      .then(failed('retries_exhausted:http_503', 100), settled('failed', 100)));
  it('from a permanent rejection: failure at once', () =>
    given(...committed, ...tried(1, 'permanent', 'recipient_refused'))
      .when(reacting())
      .then(failed('recipient_refused', 2), settled('failed', 2)));
  it('from throttling: a retry when the provider says, which uses up no try', () => {
    const throttled = (attempt: number) => [
      started(attempt),
      rejected('throttled', { attempt, code: 'http_429', retryAfterSeconds: 7 }),
    ];
    const events = [1, 2, 3, 4]
      .flatMap((attempt) => [...throttled(attempt), retry(attempt + 1, attempt, 'x')])
      .slice(0, -1);
    given(...committed, ...events)
      .when(reacting(50))
      .then(retry(5, 58, 'http_429'));
  });
  it('from a refused key: a retry in five minutes, without end before the deadline', () =>
    given(...committed, ...tried(1, 'auth', 'http_401'))
      .when(reacting(0))
      .then(retry(2, 300, 'http_401')));
  it('from a failure told later that may pass: a retry', () =>
    given(...committed, started(), accepted(), recorded('failed', { code: 'send_failed' }))
      .when(reacting())
      .then(retry(2, 62, 'failed')));
  it('from a failure told later that is final: failure at once, whatever else failed before', () =>
    given(
      ...committed,
      started(),
      accepted(),
      recorded('failed', { code: 'send_failed' }),
      recorded('failed', { code: 'outside_window', subtype: 'hard' }),
    )
      .when(reacting())
      .then(failed('outside_window', 2), settled('failed', 2)));
  it('from a soft bounce: a retry', () =>
    given(...committed, started(), accepted(), recorded('bounced', { subtype: 'soft' }))
      .when(reacting())
      .then(retry(2, 62, 'soft_bounce')));
  it('from a hard bounce after a soft one: the end, and no retry', () =>
    given(
      ...committed,
      started(),
      accepted(),
      recorded('bounced', { subtype: 'soft' }),
      retry(2, 62, 'x'),
      recorded('bounced', { subtype: 'hard', providerEventId: 'h' }),
    )
      .when(reacting())
      .then(failed('hard_bounce', 2), settled('bounced', 2)));
  it('from throttling that names no wait worth the name: ever longer waits', () => {
    const hot = (attempt: number) => [
      started(attempt),
      rejected('throttled', { attempt, code: 'http_429', retryAfterSeconds: 0 }),
    ];
    const events = [1, 2, 3, 4, 5]
      .flatMap((attempt) => [...hot(attempt), retry(attempt + 1, attempt, 'x')])
      .slice(0, -1);
    given(...committed, ...events)
      .when(reacting(50))
      .then(retry(6, 66, 'http_429'));
    given(...committed, ...hot(1))
      .when(reacting(50))
      .then(retry(2, 51, 'http_429'));
  });
  it('from a call that was never made: a retry within a second that uses up no try, and later with each in a row', () => {
    const never = (count: number) =>
      Array.from({ length: count }, (_, n) => n + 1)
        .flatMap((n) => [...tried(n, 'retryable', 'lease_passed'), retry(n + 1, n, 'x')])
        .slice(0, -1);
    given(...committed, ...never(1))
      .when(reacting(50))
      .then(retry(2, 51, 'lease_passed'));
    given(...committed, ...never(4))
      .when(reacting(50))
      .then(retry(5, 58, 'lease_passed'));
  });
  it('from a hard bounce: the end', () =>
    given(...committed, started(), accepted(), recorded('bounced', { subtype: 'hard' }))
      .when(reacting())
      .then(failed('hard_bounce', 2), settled('bounced', 2)));
  it('from a delivery: the settling', () =>
    given(...committed, started(), accepted(), recorded('delivered'))
      .when(reacting())
      .then(settled('delivered', 2)));
  it('from an unknown outcome: nothing, never a blind resend', () =>
    given(...committed, started(), unknown())
      .when(reacting())
      .thenNothing());
  it('from an attempt under way: nothing', () =>
    given(...committed, started(), accepted())
      .when(reacting())
      .thenNothing());
  it('from a cancelled delivery: nothing more', () =>
    given(...committed, ...tried(1), cancelled(1), settled('cancelled', 1))
      .when(reacting())
      .thenNothing());
  it('from a retry that would come after the deadline: expiry', () => {
    const late = 7 * 86_400 - 10;
    given(...committed, ...tried(1))
      .when(reacting(late))
      .then(expired(late), settled('expired', late));
  });
});

describe('reacting', () => {
  it('twice changes nothing the second time, and leaves no reaction on the timetable', () => {
    const rejection = fc.constantFrom<Parameters<typeof rejected>[0]>(
      'retryable',
      'permanent',
      'throttled',
      'auth',
      'suppressed',
    );
    fc.assert(
      fc.property(fc.array(rejection, { maxLength: 5 }), (answers) => {
        let state = committed.reduce(evolveOutreach, emptyOutreach);
        answers.forEach((answer, i) => {
          if (state.status !== 'active') return;
          state = [...tried(i + 1, answer)].reduce(evolveOutreach, state);
          state = react(state, at(i)).reduce(evolveOutreach, state);
        });
        expect(react(state, at(9))).toEqual([]);
        expect(timetableOf(state).filter((entry) => entry.kind === 'reaction')).toEqual([]);
      }),
    );
  });

  it('waits 2^n x 60 s where the policy names no delay', () => {
    expect([0, 1, 2, 3].map((n) => retryDelaySeconds({ maxRetries: 9, delaysSeconds: [5] }, n))).toEqual([
      5, 120, 240, 480,
    ]);
  });
});
