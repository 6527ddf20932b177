import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent, OutreachRequested } from '@homing/contracts';
import { at, outreachId } from '@homing/testing/outreach-story';
import { decisionAnswer } from '../decision/decision.answer.js';
import { decideOutreach } from '../decision/outreach.decider.js';
import { recordAnswer } from '../delivery/answer.decider.js';
import { emptyOutreach } from '../outreach/outreach.state.js';
import { asked, ChainWorld, steps, THREE } from './chain.world.fixture.js';

const decided = (over: Partial<OutreachRequested>): readonly OutreachEvent[] =>
  decideOutreach(emptyOutreach, asked(over));
const answered = (over: Partial<OutreachRequested>) => decisionAnswer(outreachId, decided(over));
const lateAnswer = ({ state, now }: ChainWorld) => {
  const answer = { kind: 'rejected', class: 'permanent', code: 'http_400' } as const;
  return recordAnswer(state, { leg: 1, attempt: 1, answer, now });
};
const told = (events: readonly OutreachEvent[]) =>
  events.map(({ type, data }) => ('leg' in data ? `${type} ${data.leg}` : type));

describe('a decision on a chain', () => {
  it('by rank holds the best channels, each with a day to be delivered', () => {
    const { chain, fallbackChain } = answered({ strategy: 'fallback' });
    expect(chain?.map(({ channel }) => channel)).toEqual(fallbackChain);
    expect(chain).toMatchObject([
      { step: 1, waitHours: 24, until: 'delivered', state: 'planned', reason: 'score' },
      { step: 2, state: 'in_reserve' },
      { step: 3, state: 'in_reserve' },
    ]);
  });

  it('by steps answers each with its channel, template, wait and reason, and tells them in words', () => {
    const answer = answered({ steps: steps({ template: 'hello', waitHours: 2 }, { until: 'read', waitHours: 48 }) });
    expect(answer.chain).toEqual(
      [
        ...[{ step: 1, channel: 'email', template: 'hello', waitHours: 2, until: 'answered', state: 'planned' }],
        ...[{ step: 2, channel: 'linkedin', waitHours: 48, until: 'read', state: 'in_reserve' }],
        ...[{ step: 3, channel: 'contact_form', waitHours: 24, until: 'answered', state: 'in_reserve' }],
      ].map((step) => ({ ...step, reason: 'step' })),
    );
    expect(answer.explanation).toBe(
      'Sending by email at once: as its steps say. Then: linkedin when it fails or is not answered within 2 h; then contact form when it fails or is not read within 48 h.',
    );
  });

  it('gives an auto step the best channel that no other step has', () => {
    const all = steps().map((step, i) => (i === 1 ? step : { ...step, channel: 'auto' as const }));
    const chosen = answered({ steps: all }).chain?.map(({ channel }) => channel) ?? [];
    expect(chosen[1]).toBe('linkedin');
    expect([...chosen].sort()).toEqual([...THREE].sort());
  });

  it('passes a step over that cannot be used, with the reason, and schedules the one after it', () => {
    const withoutEmail = asked({}).request.contacts.filter(({ channel }) => channel !== 'email');
    const events = decided({ steps: steps(), contacts: withoutEmail });
    expect(told(events).slice(2)).toEqual(['StepPassedOver 1', 'DeliveryScheduled 2']);
    expect(decisionAnswer(outreachId, events).chain?.slice(0, 2)).toMatchObject([
      { state: 'passed_over', reason: 'no_contact_point' },
      { state: 'planned' },
    ]);
  });

  it('is refused where no step can be used, and is of one message where one was asked for', () => {
    expect(answered({ steps: steps(), contacts: [] })).toMatchObject({ status: 'refused' });
    expect(answered({ strategy: 'single' })).not.toHaveProperty('chain');
  });

  it('of channels at once schedules all, and says so', () => {
    const events = decided({ strategy: 'parallel', steps: steps() });
    expect(told(events).slice(2)).toEqual([1, 2, 3].map((leg) => `DeliveryScheduled ${leg}`));
    expect(decisionAnswer(outreachId, events).explanation).toMatch(/^Sending by email and linkedin and contact form/);
  });
});

describe('a chain', () => {
  const begun = (...over: Parameters<typeof steps>) => {
    const world = new ChainWorld({ steps: steps(...over) });
    world.claim(1);
    return world;
  };
  const since = (world: ChainWorld, from: number) => told(world.log.slice(from));

  it('skips the leg that waits when the earlier one was read after all', () => {
    const world = begun({ until: 'read' });
    world.answer(1, { kind: 'accepted', providerMessageId: 'pm' });
    world.second = 24 * 3600;
    world.react();
    const from = world.log.length;
    world.fact(1, 'opened');
    expect(since(world, from)).toEqual([
      ...['ProviderFactRecorded 1', 'DeliverySkipped 2', 'StepPassedOver 3', 'OutreachSettled'],
    ]);
    expect(world.state).toMatchObject({ outcome: 'delivered' });
  });

  it('ends at its deadline, whatever it waited for', () => {
    const world = begun();
    world.answer(1, { kind: 'accepted', providerMessageId: 'pm' });
    world.fact(1, 'delivered');
    world.second = 7 * 24 * 3600;
    const from = world.log.length;
    world.react();
    expect(since(world, from)).toEqual(['StepPassedOver 2', 'StepPassedOver 3', 'OutreachSettled']);
    expect(world.log.at(-2)?.data).toMatchObject({ reason: 'deadline_passed', at: at(7 * 24 * 3600) });
  });

  it('is held by an outcome nobody knows, and by nobody who accepts the risk', () => {
    for (const acceptUnknown of [false, true]) {
      const world = begun({ acceptUnknown });
      world.answer(1, { kind: 'unknown', reason: 'timeout' });
      world.second = 30 * 3600;
      world.react();
      expect(world.deliveries.length).toBe(acceptUnknown ? 2 : 1);
    }
  });

  const pastUnknown = () => {
    const world = begun({ acceptUnknown: true, until: 'delivered' });
    world.answer(1, { kind: 'unknown', reason: 'timeout' });
    world.second = 30 * 3600;
    world.react();
    for (const leg of [2, 3]) {
      world.claim(leg);
      world.answer(leg, { kind: 'rejected', class: 'permanent', code: 'http_400' });
      world.react();
      world.react();
    }
    return world;
  };

  it('that went on past an outcome nobody knows is over only when that is known', () => {
    const world = pastUnknown();
    expect(world.deliveries.every(({ closed }) => closed)).toBe(true);
    expect(world.state).not.toHaveProperty('outcome');
    world.fact(1, 'delivered');
    expect(world.state).toMatchObject({ status: 'settled', outcome: 'delivered' });
  });

  it.each([
    ['somebody finds out', (world: ChainWorld) => world.settle(1, 'not_sent')],
    ['its answer comes late', (world: ChainWorld) => world.append(lateAnswer(world))],
    ['nobody ever says', () => undefined],
  ])('comes to its end by the clock alone when %s', (_how, known) => {
    const world = pastUnknown();
    known(world);
    world.drain();
    expect(world.state).toMatchObject({ status: 'settled' });
  });

  it('that is cancelled while it waits passes over what is left', () => {
    const world = begun();
    world.answer(1, { kind: 'accepted', providerMessageId: 'pm' });
    const from = world.log.length;
    world.cancel();
    expect(since(world, from)).toEqual(['CancellationRequested', 'StepPassedOver 2', 'StepPassedOver 3']);
    expect(world.state).toMatchObject({ chain: { cancelled: true } });
  });
});
