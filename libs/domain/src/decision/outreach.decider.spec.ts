import { describe, expect, it } from '@jest/globals';
import { CHANNELS, DECISION_STEPS, type Channel, type OutreachEvent } from '@homing/contracts';
import fc from 'fast-check';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { given } from '../outreach/given.fixture.js';
import { at, committed, DEADLINE, request } from '@homing/testing/outreach-story';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { decisionAnswer } from './decision.answer.js';
import type { DecisionInputs } from './leg.plan.js';
import { decideOutreach, type DecideOutreach } from './outreach.decider.js';
import { DEFAULT_POLICY } from './policy.state.js';

const inputs: DecisionInputs = { policy: DEFAULT_POLICY, optedOut: [], contentChannels: ['email'] };
const deciding =
  (over: Partial<DecideOutreach> = {}) =>
  (state: OutreachState) =>
    decideOutreach(state, { request, inputs, now: at(0), ...over });
const decide = (over: Partial<DecideOutreach> = {}): readonly OutreachEvent[] => deciding(over)(emptyOutreach);
const refusalOf = (events: readonly OutreachEvent[]) => events.find((event) => event.type === 'OutreachRefused')?.data;

describe('deciding', () => {
  it('commits requested, decided and scheduled as one append', () => {
    given().when(deciding()).thenTypes('OutreachRequested', 'OutreachDecided', 'DeliveryScheduled');
  });

  it('sends now unless a later time was asked for', () => {
    const sendAt = (events: readonly OutreachEvent[]) =>
      events.flatMap((e) => (e.type === 'DeliveryScheduled' ? [e.data.sendAt] : []))[0];
    expect(sendAt(decide())).toBe(at(0));
    expect(sendAt(decide({ request: { ...request, sendAt: at(3600) } }))).toBe(at(3600));
    expect(sendAt(decide({ request: { ...request, sendAt: at(-3600) } }))).toBe(at(0));
  });

  it('schedules for a paused campaign what rests until it goes on', () => {
    const paused = decide({ inputs: { ...inputs, campaign: { status: 'paused' } } });
    expect(paused.map(({ type }) => type)).toContain('DeliveryScheduled');
  });

  it('records what the choice rests on: every factor of every channel, weights, probability, confidence', () => {
    const decided = decide({ inputs: { ...inputs, draw: 0.99 } }).find(
      (event) => event.type === 'OutreachDecided',
    )?.data;
    expect(decided).toMatchObject({ confidence: 0.5, fallbackChain: ['email'] });
    expect(decided?.explanation).toMatchObject({
      ranked: [{ channel: 'email', rank: 1, score: 0.52, reason: 'score' }],
      selection: { weights: DEFAULT_POLICY.selection.weights, exploration: 0, probability: 1, recommendations: [] },
    });
    expect(decided?.explanation.ranked[0]?.factors).toEqual({
      customerType: { raw: 0.5, contribution: 0.15 },
      engagement: { raw: 0.5, contribution: 0.15 },
      device: { raw: 0.5, contribution: 0.1 },
      urgency: { raw: 0.7, contribution: 0.07 },
      timeOfDay: { raw: 0.5, contribution: 0.05 },
    });
    // Nothing of the inputs themselves, and no address.
    expect(JSON.stringify(decided?.explanation)).not.toContain('fingerprint');
  });

  it('names the template of the chosen channel where the request leaves its content to its type', () => {
    const own = { templateUuid: 'b1f2c8e0-6c0e-4b43-9d0c-000000000002', version: 3 };
    const templates = { email: own, sms: { ...own, version: 9 } };
    const decided = decide({ request: { ...request, content: { kind: 'by_channel', templates } } });
    const legs = decided.flatMap((event) => (event.type === 'OutreachDecided' ? event.data.legs : []));
    expect(legs.map(({ channel, content }) => [channel, content])).toEqual([['email', { kind: 'template', ...own }]]);
    expect(
      decide().flatMap((event) => (event.type === 'OutreachDecided' ? event.data.legs : []))[0],
    ).not.toHaveProperty('content');
  });

  it('never decides twice', () =>
    given(...committed)
      .when(deciding())
      .thenNothing());

  it.each<[string, Partial<DecideOutreach>, string, string]>([
    ['a deadline that has passed', { now: DEADLINE }, 'intake', 'deadline_passed'],
    ['a stopped campaign', { inputs: { ...inputs, campaign: { status: 'stopped' } } }, 'intake', 'campaign_stopped'],
    ['nobody to reach', { request: { ...request, contacts: [] } }, 'channel_selection', 'no_contact_point'],
    ['a person who opted out', { inputs: { ...inputs, optedOut: ['email'] } }, 'channel_selection', 'opted_out'],
    [
      'no content for the channel',
      { inputs: { ...inputs, contentChannels: ['sms'] } },
      'channel_selection',
      'no_content_for_channel',
    ],
    [
      'a channel that is not enabled',
      { request: { ...request, contacts: [{ channel: 'sms', ordinal: 0, fingerprint: 'f', mask: 'm' }] } },
      'channel_selection',
      'channel_not_enabled',
    ],
    [
      'the phone, which does not exist yet',
      { inputs: { ...inputs, allowed: ['phone'] } },
      'channel_selection',
      'not_allowed_by_request',
    ],
    [
      'a send time past the deadline',
      { request: { ...request, sendAt: at(9 * 86_400) } },
      'send_time',
      'send_time_after_deadline',
    ],
  ])('refuses %s and names its step', (_what, over, step, reason) => {
    const refusal = refusalOf(decide(over));
    expect(refusal).toMatchObject({ step, reason });
    expect(refusal?.steps.at(-1)).toMatchObject({ step, outcome: 'refused', code: reason });
  });

  it('answers what stands in the stream, the first time and every time', () => {
    const events = decide();
    expect(decisionAnswer(request.outreachId, events)).toMatchObject({
      status: 'scheduled',
      channel: 'email',
      sendAt: at(0),
      fallbackChain: ['email'],
    });
    const refused = decide({ now: DEADLINE });
    expect(decisionAnswer(request.outreachId, refused)).toMatchObject({
      status: 'refused',
      refusal: { step: 'intake', reason: 'deadline_passed' },
    });
  });

  it('is a pure function of its inputs, always decides or refuses, and goes through the steps in order', () => {
    const channels = fc.subarray([...CHANNELS] as Channel[]);
    fc.assert(
      fc.property(
        channels,
        channels,
        channels,
        fc.integer({ min: -10, max: 10 * 86_400 }),
        (contacts, optedOut, contentChannels, second) => {
          const command: DecideOutreach = {
            request: {
              ...request,
              contacts: contacts.map((channel) => ({ channel, ordinal: 0, fingerprint: channel, mask: 'm' })),
            },
            inputs: { ...inputs, optedOut, contentChannels },
            now: at(second),
          };
          const events = decide(command);
          expect(decide(command)).toEqual(events);
          const end = events.reduce(evolveOutreach, emptyOutreach);
          expect(['active', 'refused']).toContain(end.status);
          const steps = events.flatMap((e) =>
            e.type === 'OutreachDecided' ? e.data.explanation.steps : e.type === 'OutreachRefused' ? e.data.steps : [],
          );
          const order = steps.map(({ step }) => DECISION_STEPS.indexOf(step));
          expect(order).toEqual([...order].sort((a, b) => a - b));
          if (end.status === 'active') {
            expect(contacts).toContain('email');
            expect(optedOut).not.toContain('email');
            expect(contentChannels).toContain('email');
          }
        },
      ),
    );
  });
});
