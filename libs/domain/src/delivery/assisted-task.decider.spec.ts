import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import {
  assistance,
  at,
  cancelAsked,
  cancelled,
  committed,
  deliveryId,
  DEADLINE,
  expired,
  failed,
  rejected,
  recorded,
  settled,
  started,
  taskDone,
  taskOpened,
  unknown,
} from '@homing/testing/outreach-story';
import { chargesOf } from '../ledger/charges.policy.js';
import { given } from '../outreach/given.fixture.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { deliveryOf, emptyOutreach, type Delivery, type OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { timetableOf } from '../outreach/timetable.view.js';
import { recordAnswer } from './answer.decider.js';
import { finishTask, openTask, type FinishTask } from './assisted-task.decider.js';
import { cancelOutreach } from './cancel.decider.js';
import { mayHaveReached } from './delivery-state.policy.js';
import { react } from './reaction.decider.js';

const asked = [...committed, started(), assistance()] as const;
const fold = (...events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);
const legOf = (state: OutreachState): Delivery => deliveryOf(state, 1)!;
const late = 7 * 86_400;

const word = (over: Partial<FinishTask> = {}): FinishTask => ({
  leg: 1,
  attempt: 1,
  outcome: 'sent',
  by: 'key:k',
  now: at(60),
  ...over,
});
const finish =
  (over: Partial<FinishTask> = {}) =>
  (state: OutreachState) => {
    const decision = finishTask(state, word(over));
    return 'events' in decision ? decision.events : [];
  };
const assisted = (state: OutreachState) =>
  recordAnswer(state, { leg: 1, attempt: 1, answer: { kind: 'assisted', reason: 'partners_only' }, now: at(1) });
const after = (second: number) => (state: OutreachState) => react(state, at(second));

describe('an attempt that only a person may make', () => {
  it('asks one, and nothing is retried meanwhile', () => {
    given(...committed, started())
      .when(assisted)
      .then(assistance());
    given(...asked)
      .when(after(3_600))
      .then();
  });

  it('asks one even after its lease had made the outcome unknown', () => {
    given(...committed, started(), unknown())
      .when(assisted)
      .then(assistance());
  });

  it('asks nobody once its delivery has ended: it only tells that nothing was sent', () => {
    given(...committed, started(), expired(20), settled('expired', 20))
      .when(assisted)
      .then(rejected('permanent', { code: 'partners_only' }));
  });

  it('leaves the retry alone that was planned because it was found not sent', () => {
    const of = { deliveryId, leg: 1, channel: 'email', attempt: 1, provider: 'sendgrid' } as const;
    const notSent: OutreachEvent = {
      type: 'UnknownOutcomeSettled',
      data: { ...of, outcome: 'not_sent', via: 'operator', at: at(30) },
    };
    const before = [...committed, started(), unknown(), notSent];
    const retry = react(fold(...before), at(31));
    expect(retry).toMatchObject([{ type: 'RetryScheduled' }]);
    given(...before, ...retry)
      .when(assisted)
      .then();
  });

  it('is asked of a person once', () => {
    given(...asked)
      .when(assisted)
      .then();
  });

  it('waits, holds what it reserved, and has surely reached nobody', () => {
    const state = fold(...asked);
    expect(outreachView(state)).toMatchObject({ state: 'awaiting_person', deliveries: [{ state: 'awaiting_person' }] });
    expect(mayHaveReached(legOf(state))).toBe(false);
    expect(timetableOf(state)).toMatchObject([{ kind: 'reaction', dueAt: DEADLINE }]);
  });

  it('expires at its deadline, surely not sent', () => {
    given(...asked)
      .when(after(late))
      .then(expired(late), settled('expired', late));
    const state = fold(...asked, expired(late), settled('expired', late));
    expect(outreachView(state).deliveries[0]?.attempts[0]).toMatchObject({ state: 'failed' });
    expect(chargesOf(legOf(state))).toBe(0);
  });

  it('disappears with its outreach', () => {
    given(...asked)
      .when((state) => cancelOutreach(state, { by: 'api', now: at(50) }))
      .then(cancelAsked(50), cancelled(50), settled('cancelled', 50));
  });

  it('disappears as well where the cancellation came while the machine was asked', () => {
    given(...committed, started(), cancelAsked(0), assistance())
      .when(after(20))
      .then(cancelled(20), settled('cancelled', 20));
  });
});

describe('a person who says what became of it', () => {
  it('as sent: it counts and costs as sent', () => {
    given(...asked)
      .when(finish())
      .then(taskDone('sent', 60));
    const state = fold(...asked, taskDone('sent', 60));
    expect(outreachView(state).deliveries[0]).toMatchObject({ state: 'sent' });
    expect(chargesOf(legOf(state))).toBe(1);
  });

  it.each(['not_sent', 'declined'] as const)('as %s: it has failed for good', (outcome) => {
    given(...asked)
      .when(finish({ outcome }))
      .then(taskDone(outcome, 60));
    given(...asked, taskDone(outcome, 60))
      .when(after(61))
      .then(failed(`assisted_${outcome}`, 61), settled('failed', 61));
  });

  it('may still hear of an answer of the recipient', () => {
    expect(outreachView(fold(...asked, taskDone('sent', 60), recorded('replied')))).toMatchObject({
      state: 'responded',
    });
  });

  it('twice under the same key is heard once', () => {
    const state = fold(...asked, taskDone('sent', 60, { key: 'd' }));
    expect(finishTask(state, word({ key: 'd', now: at(70) }))).toEqual({ kind: 'stands', outcome: 'sent', at: at(60) });
  });

  it.each([
    ['another key', { key: 'e' }],
    ['another word', { key: 'd', outcome: 'declined' as const }],
    ['no key', {}],
  ])('after somebody else (%s) is told so', (_what, over) => {
    const state = fold(...asked, taskDone('sent', 60, { key: 'd', by: 'key:first' }));
    expect(finishTask(state, word({ now: at(70), ...over }))).toMatchObject({
      kind: 'already_done',
      outcome: 'sent',
      by: 'key:first',
    });
  });

  it.each<[string, OutreachEvent[], Partial<FinishTask>, object]>([
    [
      'expired',
      [],
      { now: at(late) },
      { kind: 'withdrawn', reason: 'expired', events: [expired(late), settled('expired', late)] },
    ],
    [
      'cancelled',
      [cancelAsked(50), cancelled(50), settled('cancelled', 50)],
      {},
      { kind: 'withdrawn', reason: 'cancelled', events: [] },
    ],
    ['about to be cancelled', [cancelAsked(50)], {}, { kind: 'withdrawn', reason: 'cancelled', events: [] }],
  ])('of a task that is %s is refused', (_what, events, over, answer) => {
    expect(finishTask(fold(...asked, ...events), word(over))).toMatchObject(answer);
  });

  it('of an address that nobody may write to any more is refused, and the task ends', () => {
    const decision = finishTask(fold(...asked), word({ withheld: 'suppressed' }));
    expect(decision).toMatchObject({
      kind: 'withdrawn',
      reason: 'suppressed',
      events: [{ type: 'DeliverySkipped', data: { reason: 'suppressed' } }, { type: 'OutreachSettled' }],
    });
  });

  it('of what was never a task finds none', () => {
    expect(finishTask(fold(...committed, started()), word())).toEqual({ kind: 'unknown_task' });
    expect(finishTask(emptyOutreach, word())).toEqual({ kind: 'unknown_task' });
  });
});

describe('a person who looks at a task', () => {
  const look = (state: OutreachState, by = 'key:k') => openTask(state, { leg: 1, attempt: 1, by, now: at(30) });

  it('is on record, once in a row', () => {
    expect(look(fold(...asked))).toMatchObject({ kind: 'open', events: [taskOpened(30)] });
    expect(look(fold(...asked, taskOpened(20)))).toMatchObject({ kind: 'open', events: [] });
    expect(look(fold(...asked, taskOpened(20)), 'key:other')).toMatchObject({ events: [taskOpened(30, 'key:other')] });
  });

  it('sees nothing of one that is done', () => {
    expect(look(fold(...asked, taskDone('sent', 20)))).toMatchObject({ kind: 'already_done' });
  });
});
