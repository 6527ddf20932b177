import { describe, expect, it } from '@jest/globals';
import { SUPPRESSION_REASONS, type ContactEvent, type SuppressionReason } from '@homing/contracts';
import { specFor } from '@homing/testing';
import fc from 'fast-check';
import { contactWordOf, decideContact, type ContactCommand, type SuppressContact } from './contact.decider.js';
import { evolveContact, suppressionsOf, unknownContact, type ContactState } from './contact.state.js';

const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const NOW = at(3600);
const of = { tenantId: 't', fingerprint: 'f', channel: 'email', causationId: 'c' } as const;
const given = specFor<ContactState, ContactEvent>({ evolve: evolveContact, empty: unknownContact });

const suppress = (reason: SuppressionReason, second: number, over: Partial<SuppressContact> = {}): SuppressContact => ({
  ...of,
  kind: 'suppress',
  reason,
  at: at(second),
  now: NOW,
  ...over,
});
const resubscribe = (second: number): ContactCommand => ({ ...of, kind: 'resubscribe', at: at(second), now: NOW });
const lift = (now = NOW): ContactCommand => ({ ...of, kind: 'lift', because: 'mistake', by: 'key:k', now });
const suppressed = (reason: SuppressionReason, second: number): ContactEvent => ({
  type: 'ContactSuppressed',
  data: { ...of, reason, at: at(second) },
});
const lifted = (reason: SuppressionReason, second: number): ContactEvent => ({
  type: 'ContactUnsuppressed',
  data: { ...of, reason, because: 'resubscribed', at: at(second) },
});
const deciding = (command: ContactCommand) => (state: ContactState) => decideContact(state, command);
const after = (...commands: readonly ContactCommand[]): ContactState =>
  commands.reduce(
    (state, command) => decideContact(state, command).reduce(evolveContact, state),
    unknownContact as ContactState,
  );
const inForce = (state: ContactState): string[] => suppressionsOf(state).map(({ reason }) => reason);

describe('what is said of an address', () => {
  it('suppresses it', () =>
    given()
      .when(deciding(suppress('hard_bounce', 1)))
      .then(suppressed('hard_bounce', 1)));

  it('is recorded once', () =>
    given(suppressed('complaint', 5))
      .when(deciding(suppress('complaint', 5)))
      .thenNothing());

  it('counts by when it happened, not by when it came in', () => {
    expect(inForce(after(resubscribe(9), suppress('unsubscribe', 5)))).toEqual([]);
    expect(inForce(after(suppress('unsubscribe', 5), resubscribe(3)))).toEqual(['unsubscribe']);
    expect(inForce(after(suppress('unsubscribe', 5), suppress('unsubscribe', 9), resubscribe(7)))).toEqual([
      'unsubscribe',
    ]);
  });

  it('keeps it suppressed where a lift and its reason are of one instant', () =>
    expect(inForce(after(suppress('unsubscribe', 5), resubscribe(5)))).toEqual(['unsubscribe']));

  it('happened now where a clock of somebody else’s runs ahead: the future can be lifted', () => {
    const ahead = after(suppress('hard_bounce', 9_999));
    expect(suppressionsOf(ahead)).toMatchObject([{ since: NOW }]);
    expect(inForce([...decideContact(ahead, lift())].reduce(evolveContact, ahead))).toEqual([]);
  });

  it('is nobody’s where another tenant says it', () =>
    given(suppressed('complaint', 5))
      .when(deciding({ ...suppress('hard_bounce', 6), tenantId: 'other' }))
      .thenNothing());
});

describe('lifting', () => {
  it('by the person undoes the unsubscription and nothing else', () =>
    expect(
      inForce(after(suppress('hard_bounce', 1), suppress('unsubscribe', 2), suppress('manual', 3), resubscribe(9))),
    ).toEqual(['hard_bounce', 'manual']));

  it('by an operator undoes whatever is in force, each with the reason given', () => {
    const events = given(suppressed('complaint', 1), suppressed('unsubscribe', 2), lifted('unsubscribe', 3)).when(
      deciding(lift()),
    ).events;
    expect(events).toEqual([
      { type: 'ContactUnsuppressed', data: { ...of, by: 'key:k', reason: 'complaint', because: 'mistake', at: NOW } },
    ]);
  });

  it('of an address that is free says nothing', () =>
    given(suppressed('unsubscribe', 1), lifted('unsubscribe', 2)).when(deciding(lift())).thenNothing());

  it('holds against the same word said again, and gives way to a later one', () => {
    const free = after(suppress('hard_bounce', 1), lift(at(10)));
    expect(inForce([...decideContact(free, suppress('hard_bounce', 1))].reduce(evolveContact, free))).toEqual([]);
    expect(inForce([...decideContact(free, suppress('hard_bounce', 11))].reduce(evolveContact, free))).toEqual([
      'hard_bounce',
    ]);
  });
});

describe('an operator’s suppression', () => {
  const byHand = suppress('manual', 1, { by: 'key:k', note: 'TICKET-1', mask: 'a***@e***.test' });
  it('says who and why', () =>
    expect(suppressionsOf(after(byHand))).toEqual([{ reason: 'manual', since: at(1), by: 'key:k', note: 'TICKET-1' }]));
  it('said again says nothing new', () => expect(decideContact(after(byHand), suppress('manual', 5))).toEqual([]));
  it('can be made again after it was lifted', () =>
    expect(inForce(after(byHand, lift(at(2)), suppress('manual', 5)))).toEqual(['manual']));
});

describe('whatever the order and however often', () => {
  const words = fc.array(
    fc.record({
      reason: fc.constantFrom(...SUPPRESSION_REASONS, 'resubscribe' as const),
      second: fc.integer({ min: 0, max: 6 }),
    }),
    { maxLength: 12 },
  );
  const command = ({
    reason,
    second,
  }: {
    reason: SuppressionReason | 'resubscribe';
    second: number;
  }): ContactCommand => (reason === 'resubscribe' ? resubscribe(second) : suppress(reason, second));
  // An operator's suppression counts from when it was first said, so only what providers say is free of its order.
  const provided = words.map((all) => all.filter(({ reason }) => reason !== 'manual'));

  it('the same words leave the address as it is', () =>
    fc.assert(
      fc.property(provided, fc.nat(), (said, seed) => {
        const shuffled = [...said, ...said]
          .map((word, i) => ({ word, key: Math.sin((i + 1) * (seed + 1)) }))
          .sort((a, b) => a.key - b.key)
          .map(({ word }) => word);
        expect(suppressionsOf(after(...shuffled.map(command)))).toEqual(suppressionsOf(after(...said.map(command))));
      }),
    ));

  it('the latest word of each reason decides', () =>
    fc.assert(
      fc.property(words, (said) => {
        const latest = (reason: string) =>
          Math.max(-1, ...said.filter((word) => word.reason === reason).map(({ second }) => second));
        const expected = SUPPRESSION_REASONS.filter(
          (reason) =>
            latest(reason) >= 0 && (reason !== 'unsubscribe' || latest('unsubscribe') >= latest('resubscribe')),
        );
        expect(inForce(after(...said.map(command))).sort()).toEqual([...expected].sort());
      }),
    ));

  it('deciding is replaying: the events of a decision leave nothing more to say', () =>
    fc.assert(
      fc.property(words, (said) => {
        let state: ContactState = unknownContact;
        for (const word of said) {
          state = decideContact(state, command(word)).reduce(evolveContact, state);
          expect(decideContact(state, command(word))).toEqual([]);
          expect(decideContact(decideContact(state, lift()).reduce(evolveContact, state), lift())).toEqual([]);
        }
      }),
    ));
});

describe('what a provider’s word about an attempt says about the address', () => {
  it.each([
    [{ fact: 'bounced', subtype: 'hard' }, 'hard_bounce'],
    [{ fact: 'bounced' }, 'hard_bounce'],
    [{ fact: 'complained' }, 'complaint'],
    [{ fact: 'unsubscribed' }, 'unsubscribe'],
    [{ fact: 'failed', code: 'opted_out' }, 'unsubscribe'],
    [{ fact: 'dropped', code: 'opted_out' }, 'unsubscribe'],
  ] as const)('%j suppresses it: %s', (fact, reason) =>
    expect(contactWordOf(fact)).toEqual({ kind: 'suppress', reason }),
  );
  it('may be that the person wants to hear again', () =>
    expect(contactWordOf({ fact: 'resubscribed' })).toEqual({ kind: 'resubscribe' }));
  it.each([
    { fact: 'bounced', subtype: 'soft' },
    { fact: 'delivered' },
    { fact: 'dropped' },
    { fact: 'failed', code: 'outside_window', subtype: 'hard' },
  ] as const)('is nothing: %j', (fact) => expect(contactWordOf(fact)).toBeUndefined());
});
