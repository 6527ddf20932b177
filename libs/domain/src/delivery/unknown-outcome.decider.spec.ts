import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import {
  accepted,
  assumed,
  at,
  cancelAsked,
  cancelled,
  committed,
  found,
  recorded,
  rejected,
  resent,
  retry,
  settled,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import { given } from '../outreach/given.fixture.js';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { react } from './reaction.decider.js';
import { assumeSent, settleUnknown, type SettleDecision, type SettleUnknown } from './unknown-outcome.decider.js';

const fold = (...events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);
const open = [...committed, started(), unknown()] as const;
const canBeAsked = [...committed, started(1, 0, { lookUpAfterSeconds: 600 }), unknown()] as const;
const operator = (outcome: 'sent' | 'not_sent', over: Partial<SettleUnknown> = {}): SettleUnknown => ({
  leg: 1,
  attempt: 1,
  outcome,
  via: 'operator',
  now: at(100),
  ...over,
});
const settling =
  (command: SettleUnknown) =>
  (state: OutreachState): readonly OutreachEvent[] => {
    const decision = settleUnknown(state, command);
    return decision.kind === 'settle' ? decision.events : [];
  };
const verdict = (events: readonly OutreachEvent[], command: SettleUnknown): SettleDecision =>
  settleUnknown(fold(...events), command);
const stateAfter = (...events: readonly OutreachEvent[]): string => outreachView(fold(...events)).state;

describe('an operator who knows what became of an attempt', () => {
  it('settles it as sent: the provider has it, and nothing is sent again', () => {
    given(...open)
      .when(settling(operator('sent', { by: 'key:k', providerMessageId: 'pm-9', note: 'TICKET-1' })))
      .then(found('sent', { by: 'key:k', providerMessageId: 'pm-9', note: 'TICKET-1' }));
    expect(stateAfter(...open, found('sent'))).toBe('queued');
    given(...open, found('sent'))
      .when((state) => react(state, at(200)))
      .thenNothing();
  });
  it('settles it as not sent: the leg goes on with its retries', () => {
    given(...open)
      .when(settling(operator('not_sent')))
      .then(found('not_sent'));
    given(...open, found('not_sent'))
      .when((state) => react(state, at(100)))
      .then(retry(2, 160, 'not_sent'));
  });
  it('says the same twice', () => expect(verdict([...open, found('sent')], operator('sent')).kind).toBe('stands'));
  it('cannot take back what was settled', () =>
    expect(verdict([...open, found('sent')], operator('not_sent'))).toEqual({ kind: 'not_unknown', state: 'queued' }));
  it.each<[string, OutreachEvent[], string]>([
    ['that is under way', [], 'pending'],
    ['that was answered', [unknown(), accepted()], 'queued'],
    ['of which its provider has told', [unknown(), recorded('delivered')], 'delivered'],
    ['that was taken for sent', [unknown(), assumed(259_215)], 'assumed_sent'],
  ])('says nothing of one %s', (_what, events, state) =>
    expect(verdict([...committed, started(), ...events], operator('sent'))).toEqual({ kind: 'not_unknown', state }),
  );
  it('knows of no attempt that was never started', () =>
    expect(verdict(open, operator('sent', { attempt: 2 })).kind).toBe('unknown_attempt'));
  it('waits while it is being sent again under its key, unless to say that it was sent', () => {
    const resending = [...open, resent(90, 105)];
    expect(verdict(resending, operator('not_sent'))).toEqual({ kind: 'under_way', until: at(105) });
    expect(verdict(resending, operator('sent')).kind).toBe('settle');
    expect(verdict(resending, operator('not_sent', { now: at(105) })).kind).toBe('settle');
  });
  it('settles what was cancelled meanwhile: nothing follows it', () =>
    given(...open, cancelAsked(50), found('not_sent'))
      .when((state) => react(state, at(100)))
      .then(cancelled(100), settled('cancelled', 100)));
});

describe('a look-up', () => {
  const lookedUp = (outcome: 'sent' | 'not_sent', second: number) =>
    operator(outcome, { via: 'lookup', askedAt: at(second), now: at(second) });

  it('settles what it found at once', () => expect(verdict(canBeAsked, lookedUp('sent', 16)).kind).toBe('settle'));
  it('settles what it did not find only after the provider’s delay', () => {
    expect(verdict(canBeAsked, lookedUp('not_sent', 614)).kind).toBe('too_early');
    expect(verdict(canBeAsked, lookedUp('not_sent', 615)).kind).toBe('settle');
  });
  it('counts that delay from the last re-send, too', () =>
    expect(verdict([...canBeAsked, resent(20, 35)], lookedUp('not_sent', 620)).kind).toBe('too_early'));
  it('that found nothing settles nothing where no delay is known', () =>
    expect(verdict(open, lookedUp('not_sent', 9_999)).kind).toBe('too_early'));
});

describe('what comes to light afterwards', () => {
  it('is merged: a provider’s word counts more than an operator’s', () => {
    expect(stateAfter(...open, found('not_sent'), recorded('delivered'))).toBe('delivered');
    expect(stateAfter(...open, found('sent'), rejected('permanent'))).toBe('scheduled');
    expect(stateAfter(...open, found('not_sent'), accepted())).toBe('queued');
  });
  it('withdraws a retry that is not needed after all', () => {
    const late = fold(...open, found('not_sent'), retry(2, 160, 'not_sent'), accepted());
    expect(late.status === 'none' ? undefined : late.deliveries[0]?.next).toBeUndefined();
  });
});

describe('an outcome nobody knows for 72 h', () => {
  const hours72 = 72 * 3600;
  const assuming = (second: number) => (state: OutreachState) =>
    assumeSent(state, { leg: 1, attempt: 1, now: at(second) });

  it('is taken for sent, which settles the outreach', () => {
    given(...open)
      .when(assuming(15 + hours72))
      .then(assumed(15 + hours72), settled('assumed_sent', 15 + hours72));
    expect(stateAfter(...open, assumed(hours72), settled('assumed_sent', hours72))).toBe('assumed_sent');
  });
  it('is not taken for sent any sooner', () =>
    given(...open)
      .when(assuming(14 + hours72))
      .thenNothing());
  it('is taken for sent once, and never sent again', () => {
    const closed = [...open, assumed(15 + hours72), settled('assumed_sent', 15 + hours72)];
    given(...closed)
      .when(assuming(16 + hours72))
      .thenNothing();
    given(...closed)
      .when((state) => react(state, at(16 + hours72)))
      .thenNothing();
  });
  it.each<[string, OutreachEvent[]]>([
    ['settled', [found('sent')]],
    ['answered', [accepted()]],
    ['told of', [recorded('sent')]],
  ])('is not what was %s meanwhile', (_how, events) =>
    given(...open, ...events)
      .when(assuming(15 + hours72))
      .thenNothing(),
  );
  it('merges a later webhook, and what was done stays done', () => {
    const late = [
      ...open,
      assumed(15 + hours72),
      settled('assumed_sent', 15 + hours72),
      recorded('bounced', { subtype: 'hard' }),
    ];
    expect(stateAfter(...late)).toBe('bounced');
    given(...late)
      .when((state) => react(state, at(16 + hours72)))
      .thenNothing();
  });
});
