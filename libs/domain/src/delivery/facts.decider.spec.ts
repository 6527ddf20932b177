import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { given } from '../outreach/given.fixture.js';
import {
  accepted,
  at,
  committed,
  failed,
  recorded,
  retry,
  settled,
  signal,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { MAX_FACTS_PER_ATTEMPT, recordFacts, type SignalledFact } from './facts.decider.js';

const sent = [...committed, started(), accepted()] as const;
const hearing =
  (...facts: SignalledFact[]) =>
  (state: OutreachState) =>
    recordFacts(state, { facts, now: at(40) }).events;

describe('what a provider says', () => {
  it('is recorded, and a delivery settles the outreach in the same append', () =>
    given(...sent)
      .when(hearing(signal('delivered')))
      .then(recorded('delivered'), settled('delivered', 40)));
  it('takes effect once', () =>
    given(...sent, recorded('sent'))
      .when(hearing(signal('sent')))
      .thenNothing());
  it('takes effect once within a batch', () =>
    given(...sent)
      .when(hearing(signal('sent'), signal('sent')))
      .then(recorded('sent')));
  it('settles an unknown outcome', () =>
    given(...committed, started(), unknown())
      .when(hearing(signal('delivered')))
      .then(recorded('delivered'), settled('delivered', 40)));
  it('ends a hard bounce', () =>
    given(...sent)
      .when(hearing(signal('bounced', { subtype: 'hard' })))
      .then(recorded('bounced', { subtype: 'hard' }), failed('hard_bounce', 40), settled('bounced', 40)));
  it('retries a soft one', () =>
    given(...sent)
      .when(hearing(signal('bounced', { subtype: 'soft' })))
      .then(recorded('bounced', { subtype: 'soft' }), retry(2, 100, 'soft_bounce')));
  it('is recorded after the settling, which stays', () =>
    given(...sent, recorded('delivered'), settled('delivered', 40))
      .when(hearing(signal('opened')))
      .then(recorded('opened')));

  it('is unmatched when it names an attempt nobody started', () => {
    const state = sent.reduce(evolveOutreach, emptyOutreach);
    const stray = signal('delivered', { attempt: 7 });
    expect(recordFacts(state, { facts: [stray], now: at(40) })).toEqual({ events: [], unmatched: [stray] });
  });

  it('finds its attempt by the provider’s message id where the attempt is not echoed', () => {
    const { attempt: _none, ...noAttempt } = signal('sent');
    given(...sent, recorded('bounced', { subtype: 'soft' }), retry(2, 60, 'x'), started(2, 60), accepted(2))
      .when(hearing({ ...noAttempt, providerMessageId: 'pm-1' }))
      .then({ ...recorded('sent'), data: { ...recorded('sent').data, providerMessageId: 'pm-1' } } as never);
  });

  it('is bounded: a storm of clicks ends in a bounded state', () => {
    let state = sent.reduce(evolveOutreach, emptyOutreach);
    for (let i = 0; i < MAX_FACTS_PER_ATTEMPT + 50; i += 1) {
      state = recordFacts(state, {
        facts: [signal('clicked', { providerEventId: `c-${i}` })],
        now: at(40),
      }).events.reduce(evolveOutreach, state);
    }
    const kept = state.status === 'none' ? 0 : (state.deliveries[0]?.attempts[0]?.facts.length ?? 0);
    expect(kept).toBe(MAX_FACTS_PER_ATTEMPT);
    expect(outreachView(state).state).toBe('clicked');
  });

  it('ends in the same delivery state in every order, batching and repetition', () => {
    // Soft bounces are left out here: a retry that was taken stays taken, as the promise says.
    const kind = fc
      .constantFrom(
        'sent',
        'deferred',
        'delivered',
        'opened',
        'clicked',
        'complained',
        'unsubscribed',
        'dropped',
        'other',
      )
      .map((fact) => signal(fact as 'sent'));
    const hard = fc.constant(signal('bounced', { subtype: 'hard' }));
    const final = (batches: readonly (readonly SignalledFact[])[]): string => {
      const start: OutreachState = sent.reduce(evolveOutreach, emptyOutreach);
      const end = batches.reduce(
        (state, facts) => recordFacts(state, { facts, now: at(40) }).events.reduce(evolveOutreach, state),
        start,
      );
      return outreachView(end).deliveries[0]?.state ?? 'none';
    };
    fc.assert(
      fc.property(
        fc
          .array(fc.oneof(kind, hard), { minLength: 1, maxLength: 6 })
          .chain((facts) =>
            fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 })),
          ),
        ([facts, jumbled]) => {
          expect(final(jumbled.map((fact) => [fact]))).toBe(final([facts]));
        },
      ),
      { numRuns: 500 },
    );
  });
});
