import { describe, expect, it } from '@jest/globals';
import { PROVIDER_FACT_KINDS, type ProviderFact } from '@homing/contracts';
import fc from 'fast-check';
import { said } from '@homing/testing/outreach-story';
import { attemptState, bounceSubtype } from './attempt-state.policy.js';

const queued = { kind: 'accepted', providerMessageId: 'pm', at: '2026-05-01T10:00:00.000Z' } as const;
const stateOf = (...facts: ProviderFact[]) => attemptState({ answer: queued, facts });

const anyFact = fc.record({
  fact: fc.constantFrom(...PROVIDER_FACT_KINDS),
  machine: fc.boolean(),
  subtype: fc.constantFrom<'hard' | 'soft'>('hard', 'soft'),
  second: fc.integer({ min: 0, max: 3 }),
});
const toFact = ({
  fact,
  machine,
  subtype,
  second,
}: {
  fact: ProviderFact['fact'];
  machine: boolean;
  subtype: 'hard' | 'soft';
  second: number;
}): ProviderFact =>
  said(fact, { machine, subtype, occurredAt: new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString() });

describe('the state of an attempt', () => {
  it.each([
    [[], 'queued'],
    [['sent'], 'sent'],
    [['sent', 'deferred'], 'deferred'],
    [['sent', 'delivered'], 'delivered'],
    [['delivered', 'opened'], 'opened'],
    [['clicked'], 'clicked'],
    [['opened', 'replied'], 'replied'],
    [['delivered', 'bounced'], 'bounced'],
    [['bounced', 'opened'], 'opened'],
    [['failed', 'delivered'], 'delivered'],
    [['dropped'], 'dropped'],
    [['opened', 'complained'], 'complained'],
    [['clicked', 'unsubscribed'], 'unsubscribed'],
    [['other'], 'queued'],
  ] as const)('is, of %j, %s', (kinds, expected) => {
    expect(stateOf(...kinds.map((kind) => said(kind)))).toBe(expected);
  });

  it('takes a machine’s open or click for an arrival, no more', () => {
    expect(stateOf(said('opened', { machine: true }), said('clicked', { machine: true }))).toBe('delivered');
  });

  it('follows the later of unsubscribing and resubscribing, and a tie keeps the person out', () => {
    const off = said('unsubscribed', { occurredAt: '2026-05-01T10:00:05.000Z' });
    expect(stateOf(said('delivered'), off, said('resubscribed', { occurredAt: '2026-05-01T10:00:06.000Z' }))).toBe(
      'delivered',
    );
    expect(stateOf(off, said('resubscribed', { occurredAt: '2026-05-01T10:00:05.000Z' }))).toBe('unsubscribed');
  });

  it('depends on the set of facts alone: neither order nor repetition matters', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyFact, { maxLength: 6 })
          .chain((facts) =>
            fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 })),
          ),
        ([facts, jumbled]) => {
          expect(attemptState({ answer: queued, facts: jumbled.map(toFact) })).toBe(
            attemptState({ answer: queued, facts: facts.map(toFact) }),
          );
          expect(bounceSubtype(jumbled.map(toFact))).toBe(bounceSubtype(facts.map(toFact)));
        },
      ),
    );
  });

  it('is hard as soon as one bounce is', () => {
    expect(bounceSubtype([said('bounced', { subtype: 'soft' })])).toBe('soft');
    expect(bounceSubtype([said('bounced', { subtype: 'soft' }), said('bounced', { subtype: 'hard' })])).toBe('hard');
    expect(bounceSubtype([said('delivered')])).toBeUndefined();
  });
});
