import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent, Recourse } from '@homing/contracts';
import {
  accepted,
  at,
  cancelAsked,
  committed,
  DEADLINE,
  found,
  recorded,
  resent,
  started,
  T0,
  unknown,
} from '@homing/testing/outreach-story';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach } from '../outreach/outreach.state.js';
import { claimResend, type ClaimResend } from './resend.decider.js';

const key: Recourse = { resendWithinSeconds: 900 };
const lifetime = (Date.parse(DEADLINE) - Date.parse(T0)) / 1000;
const claiming = (over: Partial<ClaimResend> = {}): ClaimResend => ({
  leg: 1,
  attempt: 1,
  claimId: 'again-1',
  claimedBy: 'g',
  now: at(16),
  leaseMs: 15_000,
  ...over,
});
const decided = (events: readonly OutreachEvent[], over: Partial<ClaimResend> = {}) =>
  claimResend([...committed, ...events].reduce(evolveOutreach, emptyOutreach), claiming(over));
const standsDown = (events: readonly OutreachEvent[], over: Partial<ClaimResend> = {}): string => {
  const decision = decided(events, over);
  return decision.kind === 'stand_down' ? decision.reason : 'claimed';
};

describe('sending an attempt again under its own key', () => {
  it('is claimed exclusively, with a lease', () =>
    expect(decided([started(1, 0, key), unknown()])).toMatchObject({
      kind: 'claim',
      leaseUntil: at(31),
      events: [resent(16, 31)],
    }));
  it('is its claimer’s when the answer to the claim was lost', () =>
    expect(decided([started(1, 0, key), unknown(), resent(16, 31)])).toMatchObject({ kind: 'claim', events: [] }));
  it('is done again when the one before has ended', () =>
    expect(standsDown([started(1, 0, key), unknown(), resent(16, 31)], { claimId: 'other', now: at(31) })).toBe(
      'claimed',
    ));

  it.each<[string, OutreachEvent[], Partial<ClaimResend>, string]>([
    ['where the provider honours no key', [started(), unknown()], {}, 'no_key'],
    ['while somebody else does it', [started(1, 0, key), unknown(), resent(15, 30)], { claimId: 'other' }, 'under_way'],
    ['while the first call may still be made', [started(1, 0, key), unknown()], { now: at(14) }, 'under_way'],
    ['when its lease would outlive the key', [started(1, 0, key), unknown()], { now: at(886) }, 'key_too_old'],
    ['once the outcome is known', [started(1, 0, key), unknown(), accepted()], {}, 'not_unknown'],
    ['once an operator has settled it', [started(1, 0, key), unknown(), found('not_sent')], {}, 'not_unknown'],
    ['once a webhook has told of it', [started(1, 0, key), unknown(), recorded('sent')], {}, 'not_unknown'],
    ['before anybody knows that it is unknown', [started(1, 0, key)], {}, 'not_unknown'],
    ['of another attempt', [started(1, 0, key), unknown()], { attempt: 2 }, 'not_unknown'],
    ['when it is not wanted any more', [started(1, 0, key), unknown(), cancelAsked(15)], {}, 'cancelled'],
    [
      'past the deadline',
      [started(1, 0, { resendWithinSeconds: 2 * lifetime }), unknown()],
      { now: DEADLINE },
      'too_late',
    ],
  ])('is not done %s', (_when, events, over, reason) => expect(standsDown(events, over)).toBe(reason));
});
