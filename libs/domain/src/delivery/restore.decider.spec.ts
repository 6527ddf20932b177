import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import {
  assumed,
  at,
  committed,
  decided,
  found,
  rejected,
  request,
  requested,
  retry,
  scheduled,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import { given } from '../outreach/given.fixture.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { claimAttempt } from './claim.decider.js';
import { mayHaveBeenSent, presumeSent, type Stored } from './restore.decider.js';

/** The store was last seen whole at second 1000, and found restored at second 2000. */
const restore = { keptUntil: at(1_000), dueBefore: at(2_000) };
const put = (second: number, ...events: OutreachEvent[]): Stored[] =>
  events.map((event) => ({ event, recordedAt: at(second) }));
const sendAt = (second: number): OutreachEvent =>
  scheduled.type === 'DeliveryScheduled'
    ? { ...scheduled, data: { ...scheduled.data, sendAt: at(second) } }
    : scheduled;
const acceptedAt = (second: number): OutreachEvent => ({
  type: 'OutreachRequested',
  data: { ...request, acceptedAt: at(second) },
});
const moved = (second: number): OutreachEvent => ({
  type: 'DeliveryRescheduled',
  data: {
    ...(scheduled.data as { deliveryId: string; leg: number; channel: 'email' }),
    attempt: 1,
    at: at(second),
    because: 'booking_lapsed',
  },
});
const first = { leg: 1, attempt: 1 };
const second = { leg: 1, attempt: 2 };

describe('what a restore may have lost', () => {
  it.each<[string, Stored[], { leg: number; attempt: number }, boolean]>([
    ['was due before it', put(10, ...committed), first, true],
    ['is due after it', put(10, requested, decided, sendAt(5_000)), first, false],
    ['was due before it, and was moved since', [...put(10, ...committed), ...put(3_000, moved(3_000))], first, true],
    [
      'was accepted before it, and is decided since',
      put(3_000, acceptedAt(1_500), decided, sendAt(3_000)),
      first,
      true,
    ],
    ['was accepted after it', put(3_000, acceptedAt(2_500), decided, sendAt(3_000)), first, false],
    [
      'is a retry planned before it and due after it',
      [...put(900, ...committed, started(), rejected('retryable')), ...put(990, retry(2, 5_000, 'http_503'))],
      second,
      false,
    ],
    [
      'is a retry planned since, of a rejection from before it',
      [...put(990, ...committed, started(), rejected('retryable')), ...put(2_100, retry(2, 2_160, 'http_503'))],
      second,
      true,
    ],
    [
      'is a retry of what was sent after it',
      [
        ...put(990, requested, decided, sendAt(2_400)),
        ...put(2_500, started(), rejected('retryable'), retry(2, 2_560, 'http_503')),
      ],
      second,
      false,
    ],
    [
      'is a retry of what its provider does not know: there it may have been refused, and tried again',
      [
        ...put(990, ...committed),
        ...put(2_500, started(), unknown()),
        ...put(2_900, found('not_sent', { via: 'lookup' }), retry(2, 2_960, 'not_sent')),
      ],
      second,
      true,
    ],
    [
      'is the retry of such a retry',
      [
        ...put(990, ...committed),
        ...put(2_500, started(), unknown(), found('not_sent', { via: 'lookup' }), retry(2, 2_560, 'not_sent')),
        ...put(2_600, started(2), unknown(2), found('not_sent', { via: 'lookup', attempt: 2 })),
        ...put(2_700, retry(3, 2_760, 'not_sent')),
      ],
      { leg: 1, attempt: 3 },
      true,
    ],
    [
      "is a retry on an operator's word from before it",
      [...put(990, ...committed, started(), unknown(), found('not_sent')), ...put(2_500, retry(2, 2_560, 'not_sent'))],
      second,
      true,
    ],
    [
      'was due before it, and had been moved behind it',
      [...put(10, ...committed), ...put(20, moved(5_000))],
      first,
      false,
    ],
    [
      'is a retry of what an operator said was not sent',
      [...put(990, ...committed), ...put(2_500, started(), unknown(), found('not_sent'), retry(2, 2_560, 'not_sent'))],
      second,
      false,
    ],
    ['was never planned', put(10, requested, decided), first, false],
  ])('an attempt that %s', (_what, history, of, lost) => {
    expect(mayHaveBeenSent(history, of, restore)).toBe(lost);
  });
});

describe('an attempt that may have been sent', () => {
  const command = {
    ...first,
    claimId: 'c',
    claimedBy: 'gateway-1',
    now: at(3_000),
    recourse: { lookUpAfterSeconds: 60 },
  };
  const fold = (...events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);

  it('is started and unknown in one step, and can be asked for', () => {
    given(...committed)
      .when((state) => presumeSent(state, command))
      .then(
        {
          type: 'AttemptStarted',
          data: {
            ...{ deliveryId: `${request.outreachId}.1`, leg: 1, channel: 'email', attempt: 1, provider: 'sendgrid' },
            ...{ claimId: 'c', claimedBy: 'gateway-1', startedAt: at(3_000), leaseUntil: at(3_000) },
            recourse: { lookUpAfterSeconds: 60 },
          },
        },
        {
          type: 'AttemptOutcomeUnknown',
          data: {
            ...{ deliveryId: `${request.outreachId}.1`, leg: 1, channel: 'email', attempt: 1, provider: 'sendgrid' },
            ...{ reason: 'restored', since: at(3_000) },
          },
        },
      );
  });

  it('is never claimed again, and listed as unknown', () => {
    const state = fold(...committed, ...presumeSent(fold(...committed), command));
    expect(outreachView(state).state).toBe('outcome_unknown');
    const claim = { ...first, claimId: 'd', claimedBy: 'gateway-2', now: at(3_001), leaseMs: 15_000 };
    expect(claimAttempt(state, claim)).toEqual({ kind: 'stand_down', reason: 'already_started' });
    expect(presumeSent(state, { ...command, claimId: 'e' })).toEqual([]);
  });

  it.each<[string, OutreachEvent[]]>([
    ['was started meanwhile', [started()]],
    ['was settled', [started(), unknown(), assumed(259_215)]],
  ])('is left as it is when it %s', (_what, events) => {
    expect(presumeSent(fold(...committed, ...events), command)).toEqual([]);
  });
});
