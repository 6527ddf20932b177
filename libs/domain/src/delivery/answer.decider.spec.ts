import { describe, it } from '@jest/globals';
import { given } from '../outreach/given.fixture.js';
import { accepted, at, committed, recorded, rejected, started, unknown } from '@homing/testing/outreach-story';
import type { OutreachState } from '../outreach/outreach.state.js';
import { expireLease, recordAnswer, type ProviderAnswer } from './answer.decider.js';

const answered =
  (answer: ProviderAnswer, second = 1) =>
  (state: OutreachState) =>
    recordAnswer(state, { leg: 1, attempt: 1, answer, now: at(second) });
const yes: ProviderAnswer = { kind: 'accepted', providerMessageId: 'pm-1' };
const no: ProviderAnswer = { kind: 'rejected', class: 'retryable', code: 'http_503' };
const perhaps: ProviderAnswer = { kind: 'unknown', reason: 'timeout' };
const leaseOver = (second: number) => (state: OutreachState) =>
  expireLease(state, { leg: 1, attempt: 1, now: at(second) });

describe('the answer to an attempt', () => {
  it('is recorded when accepted', () =>
    given(...committed, started())
      .when(answered(yes))
      .then(accepted()));
  it('is recorded when rejected', () =>
    given(...committed, started())
      .when(answered(no))
      .then(rejected('retryable')));
  it('is recorded when unknown', () =>
    given(...committed, started())
      .when(answered(perhaps, 15))
      .then(unknown()));
  it('is recorded once', () =>
    given(...committed, started(), accepted())
      .when(answered(no))
      .thenNothing());
  it('is recorded even after it had become unknown', () =>
    given(...committed, started(), unknown())
      .when(answered(yes))
      .then(accepted()));
  it('is not made unknown once the provider has spoken', () =>
    given(...committed, started(), recorded('sent'))
      .when(answered(perhaps))
      .thenNothing());
  it('is not recorded for an attempt nobody started', () =>
    given(...committed)
      .when(answered(yes))
      .thenNothing());
});

describe('a lease that has passed', () => {
  it('makes the outcome unknown', () =>
    given(...committed, started())
      .when(leaseOver(15))
      .thenTypes('AttemptOutcomeUnknown'));
  it('says nothing before its end', () =>
    given(...committed, started())
      .when(leaseOver(14))
      .thenNothing());
  it('says nothing once answered', () =>
    given(...committed, started(), accepted())
      .when(leaseOver(99))
      .thenNothing());
  it('says it once', () =>
    given(...committed, started(), unknown())
      .when(leaseOver(99))
      .thenNothing());
});
