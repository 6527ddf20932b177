import { describe, expect, it } from '@jest/globals';
import { reservationKey, type SlotBooked, type SlotChange } from '@homing/contracts';
import fc from 'fast-check';
import type { FrequencyCap } from './frequency-cap.policy.js';
import { decideSlot, type ContactLimits, type SlotCommand, type SlotResult } from './person.decider.js';
import { changeSlots, emptyPerson, evolvePerson, LONGEST_WINDOW_HOURS, type PersonState } from './person.state.js';

const HOUR = 3_600_000;
const T0 = Date.parse('2026-05-01T10:00:00.000Z');
const instant = (minutes: number): string => new Date(T0 + minutes * 60_000).toISOString();
const id = (n: number): string => `9f0c1d7e-4a3b-5c2d-8e1f-${String(n).padStart(12, '0')}`;
const keyOf = (n: number): string => reservationKey({ outreachId: id(n), leg: 1, round: 1, charge: 1 });

const slot = (n: number, minute: number, over: Partial<SlotBooked> = {}): Omit<SlotBooked, 'kind'> => ({
  key: keyOf(n),
  channel: 'email',
  ordinal: 0,
  fingerprint: 'fp',
  at: instant(minute),
  until: instant(minute + 5),
  cost: { micros: 0, currency: 'EUR' },
  ...over,
});
const none: ContactLimits = { caps: [], dedupHours: null };
const perDay = (limit: number): ContactLimits => ({ caps: [{ limit, hours: 24 }], dedupHours: null });
const dedup: ContactLimits = { caps: [], dedupHours: 24 };
const book = (n: number, minute: number, limits = none, over: Partial<SlotBooked> = {}): SlotCommand => ({
  kind: 'book',
  slot: slot(n, minute, over),
  limits,
});

/** Decides commands one after another, as a mailbox does. */
function play(...commands: SlotCommand[]): { state: PersonState; results: SlotResult[]; changes: SlotChange[] } {
  const changes: SlotChange[] = [];
  const results: SlotResult[] = [];
  let state = emptyPerson;
  for (const command of commands) {
    const decision = decideSlot(state, command);
    changes.push(...decision.changes);
    results.push(decision.result);
    state = { ...state, slots: decision.changes.reduce(changeSlots, state.slots) };
  }
  return { state, results, changes };
}
const kinds = (results: readonly SlotResult[]): string[] => results.map((result) => result.kind);

describe('a person’s slots', () => {
  it('lets through exactly the cap, and says which one refused', () => {
    const { results } = play(...[0, 1, 2, 3, 4].map((n) => book(n, n, perDay(3))));
    expect(kinds(results)).toEqual(['booked', 'booked', 'booked', 'refused', 'refused']);
    expect(results[3]).toMatchObject({ step: 'frequency_cap', reason: 'cap_3_in_24_h', cap: { limit: 3, hours: 24 } });
  });

  it('counts what is planned for later in every window that reaches it', () => {
    const later = 20 * 60;
    const { results } = play(book(1, later, perDay(2)), book(2, later, perDay(2)), book(3, 0, perDay(2)));
    expect(kinds(results)).toEqual(['booked', 'booked', 'refused']);
  });

  it('lets the next through when the window has passed', () => {
    const { results } = play(book(1, 0, perDay(1)), book(2, 24 * 60 + 4, perDay(1)), book(3, 24 * 60 + 6, perDay(1)));
    // The first may still start five minutes late: until then the two could be within one window.
    expect(kinds(results)).toEqual(['booked', 'refused', 'booked']);
  });

  it('answers a repeat with what it planned the first time, and appends nothing', () => {
    const { results, changes } = play(book(1, 0, perDay(1)), book(1, 60, perDay(1)));
    expect(results[1]).toMatchObject({ kind: 'held', slot: { at: instant(0) } });
    expect(changes).toHaveLength(1);
  });

  it('keeps what was sent although it was given back: over any cap, once, and never given back again', () => {
    const release: SlotCommand = { kind: 'release', key: keyOf(1) };
    const keep: SlotCommand = { kind: 'keep', slot: slot(1, 10) };
    const { results, changes } = play(book(1, 0, perDay(1)), release, book(2, 1, perDay(1)), keep, keep, release);
    expect(kinds(results)).toEqual(['booked', 'absent', 'booked', 'booked', 'held', 'absent']);
    expect(changes.slice(3)).toEqual([{ kind: 'booked', ...slot(1, 10), kept: true }]);
    // Where its release is on its way behind it, that changes nothing.
    expect(play(book(1, 0), keep, release, book(3, 5, perDay(1))).results.at(-1)).toMatchObject({ kind: 'refused' });
  });

  it('counts no more what was released, and releases once', () => {
    const release: SlotCommand = { kind: 'release', key: keyOf(1) };
    const { results, changes } = play(book(1, 0, perDay(1)), release, release, book(2, 1, perDay(1)));
    expect(kinds(results)).toEqual(['booked', 'absent', 'absent', 'booked']);
    expect(changes.filter((change) => change.kind === 'released')).toHaveLength(1);
  });

  it.each<[string, Partial<SlotBooked>, number, string]>([
    ['the same content', {}, 60, 'refused'],
    ['the same content when the look-back has passed', {}, 24 * 60 + 6, 'booked'],
    ['other content', { content: 'other' }, 60, 'booked'],
    ['the same content to another address', { fingerprint: 'fp2' }, 60, 'booked'],
    ['the same content on another channel', { channel: 'sms' }, 60, 'booked'],
    ['content that does not count', { content: undefined as never }, 60, 'booked'],
  ])('after one message, %s is judged by its content, address, channel and time', (_what, over, minute, expected) => {
    const same = { content: 'c' };
    const { results } = play(book(1, 0, dedup, same), book(2, minute, dedup, { ...same, ...over }));
    expect(results[1]?.kind).toBe(expected);
    if (expected === 'refused') expect(results[1]).toMatchObject({ step: 'dedup', duplicateOf: id(1) });
  });

  const moveOf = (n: number, minute: number, { attempt = 2, now = minute, limits = perDay(1) } = {}): SlotCommand => ({
    ...{ kind: 'move', key: keyOf(n), attempt, limits, now: instant(now) },
    ...{ at: instant(minute), until: instant(minute + 5) },
  });

  it('moves a slot once for an attempt, and again only when that has lapsed', () => {
    const move = (minute: number, attempt = 2): SlotCommand => moveOf(1, minute, { attempt });
    const { results } = play(book(1, 0, perDay(1)), move(30), move(31), move(40), move(90, 3));
    expect(results).toMatchObject([
      { kind: 'booked' },
      { kind: 'booked', slot: { at: instant(30) } },
      { kind: 'held', slot: { at: instant(30) } },
      { kind: 'booked', slot: { at: instant(40) } },
      { kind: 'booked', slot: { at: instant(90), attempt: 3 } },
    ]);
  });

  it('leaves a retry where it was planned as long as whoever planned it may commit it', () => {
    // Planned at minute 0 for an hour later and not committed yet; asked for again ten minutes on, and when it has lapsed.
    const later = [moveOf(1, 70, { now: 10 }), moveOf(1, 126, { now: 66 })];
    const { results } = play(book(1, 0), moveOf(1, 60, { now: 0 }), ...later);
    expect(results.slice(2)).toMatchObject([
      { kind: 'held', slot: { at: instant(60) } },
      { kind: 'booked', slot: { at: instant(126) } },
    ]);
  });

  it('is moved by nobody who still sees an earlier attempt to come, however late they ask', () => {
    const { results } = play(book(1, 0), moveOf(1, 30, { attempt: 3 }), moveOf(1, 600, { attempt: 2 }));
    expect(results[2]).toMatchObject({ kind: 'held', slot: { attempt: 3, at: instant(30) } });
  });

  it('does not move into a window that is full, nor what is not there', () => {
    const move = (n: number, minute: number): SlotCommand => moveOf(n, minute);
    const { results } = play(book(1, 0, perDay(1)), book(2, 30 * 60, perDay(1)), move(1, 29 * 60), move(9, 0));
    expect(kinds(results)).toEqual(['booked', 'booked', 'refused', 'absent']);
  });

  it('forgets what no window reaches any more', () => {
    const changes = (n: number, minute: number): SlotChange[] => [{ kind: 'booked', ...slot(n, minute) }];
    const data = (n: number, minute: number) => ({ tenantId: 't', at: instant(minute), changes: changes(n, minute) });
    const far = (LONGEST_WINDOW_HOURS + 1) * 60;
    const state = [0, far].reduce(
      (s, minute, n) => evolvePerson(s, { type: 'ContactSlotsChanged', data: data(n, minute) }),
      emptyPerson,
    );
    expect(state.slots.map(({ key }) => key)).toEqual([keyOf(1)]);
  });

  it('never breaks a cap, whenever within their bounds the messages really go out', () => {
    const caps = fc.uniqueArray(
      fc.record({ limit: fc.integer({ min: 1, max: 4 }), hours: fc.constantFrom(1, 24, 168) }),
      { minLength: 1, maxLength: 3, selector: (cap) => cap.hours },
    );
    const wish = fc.record({
      minute: fc.integer({ min: 0, max: 14 * 24 * 60 }),
      lateness: fc.integer({ min: 0, max: 5 }),
      what: fc.constantFrom('book', 'book', 'book', 'move', 'release'),
      n: fc.nat({ max: 12 }),
    });
    fc.assert(
      fc.property(caps, fc.array(wish, { maxLength: 40 }), (limits, wishes) => {
        const commands = wishes.map(({ minute, what, n }): SlotCommand => {
          if (what === 'release') return { kind: 'release', key: keyOf(n) };
          if (what === 'book') return book(n, minute, { caps: limits, dedupHours: null });
          return moveOf(n, minute, { limits: { caps: limits, dedupHours: null } });
        });
        const { state } = play(...commands);
        const sent = state.slots.map((s, i) => Date.parse(s.at) + (wishes[i]?.lateness ?? 0) * 60_000);
        for (const cap of limits) expect(mostIn(cap, sent)).toBeLessThanOrEqual(cap.limit);
      }),
    );
  });
});

/** The fullest window, counted the plain way. */
function mostIn({ hours }: FrequencyCap, sent: readonly number[]): number {
  return Math.max(0, ...sent.map((start) => sent.filter((at) => at >= start && at - start < hours * HOUR).length));
}
