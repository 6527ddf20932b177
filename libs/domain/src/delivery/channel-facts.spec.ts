// What each channel's messages can go through, whatever order providers tell it in.
import { describe, expect, it } from '@jest/globals';
import { CHANNELS, type Channel, type OutreachEvent, type ProviderFact } from '@homing/contracts';
import { accepted, at, committed, recorded, said, settled, signal, started } from '@homing/testing/outreach-story';
import fc from 'fast-check';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { timetableOf } from '../outreach/timetable.view.js';
import { attemptState } from './attempt-state.policy.js';
import { CHANNEL_FACTS, hasDeliveryReceipts, SILENCE_HOURS } from './channel-facts.policy.js';
import { recordFacts } from './facts.decider.js';
import { react } from './reaction.decider.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const LENGTH = full ? 6 : 4;

/** The same story on another channel. */
const on = (channel: Channel, ...events: readonly OutreachEvent[]): OutreachEvent[] =>
  JSON.parse(JSON.stringify(events).replaceAll('"email"', `"${channel}"`)) as OutreachEvent[];
const fold = (events: readonly OutreachEvent[]): OutreachState => events.reduce(evolveOutreach, emptyOutreach);
const taken = (channel: Channel): OutreachState => fold(on(channel, ...committed, started(), accepted()));
const without = CHANNELS.filter((channel) => channel !== 'phone' && !hasDeliveryReceipts(channel));

/** One of each fact the channel knows, and of those with a say of their own one more. */
function factsOn(channel: Channel): ProviderFact[] {
  return [...CHANNEL_FACTS[channel]].flatMap((fact): ProviderFact[] => {
    if (fact === 'bounced') return [said(fact, { subtype: 'soft' })];
    if (fact === 'resubscribed') return [said(fact, { occurredAt: at(7200) })];
    if (fact === 'opened' || fact === 'clicked') return [said(fact), said(fact, { machine: true })];
    return [said(fact)];
  });
}

describe.each(CHANNELS.filter((channel) => channel !== 'phone'))('a message by %s', (channel) => {
  it(`is, of up to ${LENGTH} facts, in the same state in whatever order and however often they are told`, () => {
    const facts = factsOn(channel);
    const answer = { kind: 'accepted', providerMessageId: 'pm', at: at(1) } as const;
    const stateOf = new Map<number, string>();
    const told: ProviderFact[] = [];
    let sequences = 0;
    const tell = (set: number): void => {
      const state = attemptState({ answer, facts: told });
      sequences += 1;
      const known = stateOf.get(set);
      if (known === undefined) stateOf.set(set, state);
      else if (known !== state) expect({ told: told.map(({ fact }) => fact), state }).toEqual({ state: known });
      if (told.length === LENGTH) return;
      for (const [n, fact] of facts.entries()) {
        told.push(fact);
        tell(set | (1 << n));
        told.pop();
      }
    };
    tell(0);
    let expected = 0;
    for (let length = 0; length <= LENGTH; length += 1) expected += facts.length ** length;
    expect(sequences).toBe(expected);
  });

  it('is in that state through the decider too, with everything that follows from each fact', () => {
    const some = fc.array(fc.constantFrom(...factsOn(channel)), { maxLength: 6 });
    const jumbled = some.chain((facts) => fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts])));
    const told = (facts: readonly ProviderFact[]) =>
      facts.reduce((state, fact) => {
        const heard = { ...signal(fact.fact), ...fact, providerEventId: `${fact.fact}-${fact.machine ?? false}` };
        return recordFacts(state, { facts: [heard], now: at(40) }).events.reduce(evolveOutreach, state);
      }, taken(channel));
    fc.assert(
      fc.property(jumbled, ([facts, shuffled]) => {
        const missing = facts.filter((fact) => !shuffled.includes(fact));
        const stands = (state: OutreachState) =>
          state.status === 'none' ? undefined : state.deliveries[0]?.attempts.map(attemptState)[0];
        expect(stands(told([...shuffled, ...missing]))).toBe(stands(told(facts)));
      }),
      { numRuns: full ? 10_000 : 200 },
    );
  });
});

describe('what does not exist on a channel', () => {
  it('is kept as something else and moves nothing', () => {
    const heard = recordFacts(taken('sms'), { facts: [{ ...signal('opened') }], now: at(40) });
    expect(heard.events.map(({ data }) => data)).toMatchObject([{ fact: 'other', unknownEvent: 'opened' }]);
    const after = heard.events.reduce(evolveOutreach, taken('sms'));
    expect(after.status === 'none' ? [] : after.deliveries[0]?.attempts.map(attemptState)).toEqual(['queued']);
  });
  it('is kept once', () => {
    const once = recordFacts(taken('sms'), { facts: [signal('opened')], now: at(40) }).events;
    const again = once.reduce(evolveOutreach, taken('sms'));
    expect(recordFacts(again, { facts: [signal('opened')], now: at(41) }).events).toEqual([]);
  });
});

describe('where nobody ever says that a message arrived', () => {
  it.each(without)('%s: that it was taken is the last word, and the clock settles it', (channel) => {
    expect(timetableOf(taken(channel))).toMatchObject([{ kind: 'reaction', dueAt: at(15) }]);
    expect(react(taken(channel), at(16))).toEqual(on(channel, settled('sent', 16)));
    const after = fold([...on(channel, ...committed, started(), accepted()), settled('sent', 16)]);
    expect(timetableOf(after)).toEqual([]);
    expect(react(after, at(17))).toEqual([]);
  });
  it('a form that a site took is shown as sent, what a provider took as queued', () => {
    for (const channel of without) {
      const shown = channel === 'contact_form' ? 'sent' : 'queued';
      for (const events of [[], [settled('sent', 16)]]) {
        const state = fold([...on(channel, ...committed, started(), accepted()), ...events]);
        expect(outreachView(state)).toMatchObject({
          state: shown,
          deliveries: [{ state: shown, attempts: [{ state: shown }] }],
        });
      }
    }
  });
  it('an answer that comes later is recorded all the same', () => {
    const state = fold(on('linkedin', ...committed, started(), accepted(), settled('sent', 16)));
    const { events } = recordFacts(state, { facts: [signal('replied')], now: at(90) });
    expect(events).toMatchObject(on('linkedin', recorded('replied')));
  });
  it.each(CHANNELS.filter((channel) => channel !== 'phone'))(
    '%s: a failure told after it is settled is one, and nothing is to come',
    (channel) => {
      const state = fold(on(channel, ...committed, started(), accepted(), settled('sent', 16), recorded('failed')));
      expect(outreachView(state)).toMatchObject({ state: 'failed', deliveries: [{ state: 'permanent_failed' }] });
      expect([react(state, at(17)), timetableOf(state)]).toEqual([[], []]);
    },
  );
  it.each(['email', 'sms', 'whatsapp', 'facebook'] as const)(
    '%s waits three days for its receipt, no longer',
    (channel) => {
      const silent = at(15 + SILENCE_HOURS * 3600);
      expect(timetableOf(taken(channel))).toEqual([]);
      expect(react(taken(channel), at(14 + SILENCE_HOURS * 3600))).toEqual([]);
      expect(react(taken(channel), silent)).toEqual([
        { type: 'OutreachSettled', data: { outcome: 'sent', at: silent } },
      ]);
    },
  );
  it('what is still put off after three days has had its time as well', () => {
    const deferred = fold([...committed, started(), accepted(), recorded('deferred')]);
    const silent = at(15 + SILENCE_HOURS * 3600);
    expect(react(deferred, at(3600))).toEqual([]);
    expect(react(deferred, silent)).toMatchObject([{ type: 'OutreachSettled', data: { outcome: 'sent' } }]);
  });
  it('what nobody answered at all is another matter: its outcome is unknown', () => {
    const pending = fold([...committed, started()]);
    expect(react(pending, at(15 + SILENCE_HOURS * 3600))).toEqual([]);
  });
});
