import { describe, expect, it } from '@jest/globals';
import { given } from '../outreach/given.fixture.js';
import {
  accepted,
  at,
  cancelAsked,
  cancelled,
  committed,
  outreachId,
  recorded,
  rejected,
  request,
  requested,
  retry,
  settled,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import type { OutreachEvent } from '@homing/contracts';
import { decisionAnswer } from '../decision/decision.answer.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import type { OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { cancelOutreach, cancelUndecided, skipDelivery } from './cancel.decider.js';
import { react } from './reaction.decider.js';

const cancelling = (state: OutreachState): readonly OutreachEvent[] => cancelOutreach(state, { by: 'api', now: at(5) });
const reacting = (state: OutreachState): readonly OutreachEvent[] => react(state, at(9));
const skipping = (state: OutreachState): readonly OutreachEvent[] =>
  skipDelivery(state, { leg: 1, reason: 'person_erased', now: at(5) });

describe('cancelling', () => {
  it('ends what has not started', () =>
    given(...committed)
      .when(cancelling)
      .then(cancelAsked(5), cancelled(5), settled('cancelled', 5)));
  it('ends a waiting retry', () =>
    given(...committed, started(), rejected('retryable'), retry(2, 60, 'x'))
      .when(cancelling)
      .then(cancelAsked(5), cancelled(5), settled('cancelled', 5)));
  it('cannot call back what is on its way, and notes that nothing is to follow', () =>
    given(...committed, started(), accepted())
      .when(cancelling)
      .then(cancelAsked(5)));
  it('leaves an unknown outcome to be settled', () =>
    given(...committed, started(), unknown())
      .when(cancelling)
      .then(cancelAsked(5)));
  it('lets nothing follow what was on its way and failed', () =>
    given(...committed, started(), cancelAsked(5), rejected('retryable'))
      .when(reacting)
      .then(cancelled(9), settled('cancelled', 9)));
  it('lets what was on its way arrive', () =>
    given(...committed, started(), accepted(), cancelAsked(5), recorded('delivered'))
      .when(reacting)
      .then(settled('delivered', 9)));
  it('does nothing twice', () => {
    given(...committed, cancelAsked(5), cancelled(5), settled('cancelled', 5))
      .when(cancelling)
      .thenNothing();
    given(...committed, started(), cancelAsked(5))
      .when(cancelling)
      .thenNothing();
  });
});

describe('cancelling what is not decided yet', () => {
  const undecided = (state: OutreachState): readonly OutreachEvent[] =>
    cancelUndecided(state, { request, by: 'api', now: at(5) });

  it('settles it before anybody decides, and no decision follows', () =>
    given()
      .when((state) => {
        const events = undecided(state);
        const after = events.reduce(evolveOutreach, state);
        expect(outreachView(after).state).toBe('cancelled');
        expect(cancelUndecided(after, { request, by: 'api', now: at(6) })).toEqual([]);
        return events;
      })
      .then(requested, cancelAsked(5), settled('cancelled', 5)));
  it('answers who asked for it that it was cancelled', () =>
    expect(decisionAnswer(outreachId, [requested, cancelAsked(5), settled('cancelled', 5)])).toMatchObject({
      status: 'refused',
      refusal: { step: 'intake', reason: 'cancelled' },
    }));
  it('cancels what was decided meanwhile as anything else', () =>
    given(...committed)
      .when(undecided)
      .then(cancelAsked(5), cancelled(5), settled('cancelled', 5)));
});

describe('skipping at the moment of sending', () => {
  it('closes the delivery with its reason', () =>
    given(...committed)
      .when(skipping)
      .thenTypes('DeliverySkipped', 'OutreachSettled'));
  it('is too late once an attempt was started', () =>
    given(...committed, started())
      .when(skipping)
      .thenNothing());
});
