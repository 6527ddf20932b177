import { describe, it } from '@jest/globals';
import { given } from '../outreach/given.fixture.js';
import { accepted, at, cancelled, committed, rejected, retry, settled, started } from '@homing/testing/outreach-story';
import type { OutreachEvent } from '@homing/contracts';
import type { OutreachState } from '../outreach/outreach.state.js';
import { cancelOutreach, skipDelivery } from './cancel.decider.js';

const cancelling = (state: OutreachState): readonly OutreachEvent[] => cancelOutreach(state, { by: 'api', now: at(5) });
const skipping = (state: OutreachState): readonly OutreachEvent[] =>
  skipDelivery(state, { leg: 1, reason: 'person_erased', now: at(5) });

describe('cancelling', () => {
  it('ends what has not started', () =>
    given(...committed)
      .when(cancelling)
      .then(cancelled(5), settled('cancelled', 5)));
  it('ends a waiting retry', () =>
    given(...committed, started(), rejected('retryable'), retry(2, 60, 'x'))
      .when(cancelling)
      .then(cancelled(5), settled('cancelled', 5)));
  it('cannot call back what is on its way', () =>
    given(...committed, started(), accepted())
      .when(cancelling)
      .thenNothing());
  it('does nothing twice', () =>
    given(...committed, cancelled(5), settled('cancelled', 5))
      .when(cancelling)
      .thenNothing());
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
