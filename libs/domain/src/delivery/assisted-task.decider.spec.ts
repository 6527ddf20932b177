import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import fc from 'fast-check';
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
import { attemptState } from './attempt-state.policy.js';
import { cancelOutreach } from './cancel.decider.js';
import { isLastWord } from './channel-facts.policy.js';
import { mayHaveReached } from './delivery-state.policy.js';
import { react } from './reaction.decider.js';

const asked = [...committed, started(), assistance()] as const;
const fold = (...events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);
const legOf = (state: OutreachState): Delivery => deliveryOf(state, 1)!;
const late = 7 * 86_400;
const skipped = (second: number, reason = 'suppressed'): OutreachEvent => ({
  type: 'DeliverySkipped',
  data: { deliveryId, leg: 1, channel: 'email', reason, at: at(second) },
});

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

  const ends = (kind: 'expired' | 'skipped', second: number): OutreachEvent[] =>
    kind === 'expired' ? [expired(late), settled('expired', late)] : [skipped(second), settled('skipped', second)];

  it.each<[string, OutreachEvent[], Partial<FinishTask>, OutreachEvent]>([
    ['expires now', [], { now: at(late) }, taskDone('sent', late, { despite: 'expired' })],
    ['has expired', ends('expired', late), { now: at(late + 60) }, taskDone('sent', late + 60, { despite: 'expired' })],
    [
      'was cancelled',
      [cancelAsked(50), cancelled(50), settled('cancelled', 50)],
      {},
      taskDone('sent', 60, { despite: 'cancelled' }),
    ],
    ['is about to be cancelled', [cancelAsked(50)], {}, taskDone('sent', 60, { despite: 'cancelled' })],
    ['may be written no more', [], { withheld: 'suppressed' }, taskDone('sent', 60, { despite: 'suppressed' })],
    ['was withdrawn for that', ends('skipped', 50), {}, taskDone('sent', 60, { despite: 'suppressed' })],
    ['somebody said was not sent', [taskDone('not_sent', 50)], {}, taskDone('sent', 60, { despite: 'not_sent' })],
  ])('as sent, of one that %s: it was sent, and counts and costs so', (_what, events, over, expected) => {
    given(...asked, ...events)
      .when(finish(over))
      .then(expected);
    const state = fold(...asked, ...events, expected);
    expect(outreachView(state)).toMatchObject({ state: 'sent', deliveries: [{ state: 'sent' }] });
    expect(chargesOf(legOf(state))).toBe(1);
    expect(mayHaveReached(legOf(state))).toBe(true);
    expect(finishTask(state, word({ by: 'key:other', now: at(late + 90) }))).toMatchObject({ kind: 'already_done' });
  });

  it.each(['not_sent', 'declined'] as const)('as %s, of one that has ended, says nothing new', (outcome) => {
    const before = [...asked, ...ends('expired', late)];
    given(...before)
      .when(finish({ outcome, now: at(late + 60) }))
      .then();
    expect(finishTask(fold(...before), word({ outcome }))).toMatchObject({ kind: 'withdrawn', reason: 'expired' });
  });

  it('as sent, after it was withdrawn, ends nothing of what goes on: the next step is not needed any more', () => {
    const state = fold(...asked, skipped(50), taskDone('sent', 60, { despite: 'suppressed' }));
    expect(isLastWord({ ...legOf(state), channel: 'linkedin' }, at(61))).toBe(true);
  });

  it('leads to the same state in whatever order up to six things are said and done', () => {
    const told = [
      taskDone('sent', 60, { despite: 'expired' }),
      taskDone('not_sent', 61),
      taskDone('declined', 62),
      skipped(63),
      expired(late),
      recorded('replied'),
      recorded('failed'),
    ];
    const stateOf = (events: readonly OutreachEvent[]) => {
      const state = fold(...asked, ...events);
      const sure = events.some((event) => event.type === 'AssistedTaskDone' && event.data.outcome === 'sent');
      return { attempt: attemptState(legOf(state).attempts[0]!), charged: chargesOf(legOf(state)), sure };
    };
    fc.assert(
      fc.property(
        fc
          .array(fc.constantFrom(...told), { minLength: 1, maxLength: 6 })
          .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([events, jumbled]) => {
          const { sure, ...stands } = stateOf(jumbled);
          expect({ ...stands, sure }).toEqual(stateOf(events));
          if (sure && !events.some(({ type }) => type === 'ProviderFactRecorded'))
            expect(stands).toEqual({ attempt: 'sent', charged: 1 });
        },
      ),
      { numRuns: process.env['HOMING_TEST_SIZE'] === 'full' ? 5_000 : 300 },
    );
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

  it('and names themselves has it in hand: another is told by whom, until that time is over', () => {
    const worker = (name: string, second: number) => (state: OutreachState) =>
      openTask(state, { leg: 1, attempt: 1, by: 'key:k', worker: name, now: at(second) });
    const claim = worker('ada', 30)(fold(...asked));
    expect(claim).toMatchObject({ kind: 'open', events: [{ data: { worker: 'ada', until: at(930) } }] });
    const state = fold(...asked, ...('events' in claim ? claim.events : []));
    expect(worker('ada', 40)(state)).toMatchObject({ kind: 'open', events: [] });
    expect(worker('ada', 500)(state)).toMatchObject({ kind: 'open', events: [{ data: { until: at(1400) } }] });
    for (const other of [worker('bob', 929), look])
      expect(other(state)).toEqual({ kind: 'claimed', by: 'key:k', until: at(930) });
    expect(worker('bob', 930)(state)).toMatchObject({ kind: 'open', events: [{ data: { worker: 'bob' } }] });
    expect(finishTask(state, word({ outcome: 'declined', worker: 'bob' }))).toMatchObject({ kind: 'claimed' });
    expect(finishTask(state, word({ outcome: 'declined', worker: 'ada' }))).toMatchObject({ kind: 'done' });
    // That it was sent is heard of anybody.
    expect(finishTask(state, word({ worker: 'bob' }))).toMatchObject({ kind: 'done' });
  });

  it('sees nothing of one that is done', () => {
    expect(look(fold(...asked, taskDone('sent', 20)))).toMatchObject({ kind: 'already_done' });
  });
});
