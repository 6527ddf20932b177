import { describe, it } from '@jest/globals';
import { accepted, at, committed, rejected, settled, started } from '@homing/testing/outreach-story';
import { given } from '../outreach/given.fixture.js';
import type { OutreachState } from '../outreach/outreach.state.js';
import { react } from './reaction.decider.js';
import { withholdAttempt } from './withhold.decider.js';

const withholding = (state: OutreachState) =>
  withholdAttempt(state, { leg: 1, attempt: 1, reason: 'suppressed', now: at(1) });
const claimed = [...committed, started()];

describe('a message held back between its claim and its call', () => {
  it('was surely not sent, is skipped with its reason, and settles what it was part of', () =>
    given(...claimed)
      .when(withholding)
      .thenTypes('AttemptRejected', 'DeliverySkipped', 'OutreachSettled'));

  it('is held back once', () =>
    given(...claimed, accepted())
      .when(withholding)
      .thenNothing());

  it('was never claimed: nothing to answer', () =>
    given(...committed)
      .when(withholding)
      .thenNothing());

  it('leaves nothing to follow', () =>
    given(...claimed, ...given(...claimed).when(withholding).events)
      .when((state) => react(state, at(2)))
      .thenNothing());
});

describe('a message held back for a while', () => {
  it.each(['campaign_paused', 'gate_unreadable'])('(%s) used up no try, however often, and is tried again', (code) => {
    const events = [1, 2, 3, 4, 5].flatMap((attempt) => [
      started(attempt),
      rejected('retryable', { attempt, code, retryAfterSeconds: 1 }),
    ]);
    given(...committed, ...events)
      .when((state) => react(state, at(2)))
      .thenTypes('RetryScheduled');
  });
  it('is no more than a refusal that uses up tries', () => {
    const events = [1, 2, 3].flatMap((attempt) => [started(attempt), rejected('retryable', { attempt })]);
    given(...committed, ...events)
      .when((state) => react(state, at(2)))
      .thenTypes('DeliveryFailedPermanently', 'OutreachSettled');
  });
  it('settles as skipped and not as failed', () =>
    given(...claimed)
      .when((state) => withholding(state).slice(-1))
      .then(settled('skipped', 1)));
});
