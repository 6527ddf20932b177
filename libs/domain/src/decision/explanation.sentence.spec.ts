import { describe, expect, it } from '@jest/globals';
import type { Chain, Explanation } from '@homing/contracts';
import { selectChannels } from '../routing/channel-selection.policy.js';
import { choosing, type Choosing } from '../routing/selection.fixture.js';
import { decisionSentence } from './explanation.sentence.js';

const bare: Explanation = {
  policyVersion: 'v',
  decidedAt: '2026-05-01T10:00:00.000Z',
  steps: [{ step: 'send_time', outcome: 'passed', code: 'now' }],
  ranked: [],
  excluded: [],
};
const sentence = (over: Choosing): string => {
  const { ranked, excluded } = selectChannels(choosing(over));
  return decisionSentence({ ...bare, ranked, excluded });
};

describe('the decision as a person would say it', () => {
  it('names the two factors that set the channel apart from the next one', () =>
    expect(sentence({ request: { device: 'mobile', urgency: 'high' } })).toBe(
      'Sending by sms at once: ranked first of 2, strongest in device and urgency.',
    ));

  it('names none of the only channel, where nothing was weighed, but who was left out', () =>
    expect(sentence({ channels: ['email', 'phone'] })).toBe(
      'Sending by email at once: the only channel that can be used. Left out: phone: not available yet.',
    ));

  it('says of a channel that is left out now and comes later that it is asked again', () => {
    const { ranked, excluded } = selectChannels(choosing({ channels: ['email', 'phone'] }));
    const step = { waitHours: 24, until: 'delivered', because: 'step' };
    const steps = [
      { ...step, step: 1, channel: 'email' },
      { ...step, step: 2, channel: 'phone' },
    ];
    const chain = { strategy: 'fallback', passed: [], steps } as unknown as Chain;
    expect(
      decisionSentence({ ...bare, ranked, excluded }, { chain, legs: [{ leg: 1, channel: 'email' }] as never }),
    ).toBe(
      'Sending by email at once: as its steps say. Then: phone when it fails or is not delivered within 24 h. Left out: phone: not available yet (asked again at its turn).',
    );
  });

  it.each<[string, Choosing]>([
    ['as the person prefers', { inputs: { preferred: ['sms'] } }],
    ['by channel priority', { selection: { channelPriority: ['sms'] } }],
    ['drawn to learn from it', { selection: { exploration: 0.2 }, inputs: { draw: 0.99 } }],
    ['as booked before', { pinned: 'sms' }],
  ])('says that it is first %s', (why, over) =>
    expect(sentence(over)).toContain(`Sending by sms at once: ranked first of 2, ${why}, strongest in`),
  );

  it.each([
    ['after_hour_quota', {}, 'at 2026-05-01T11:00:00.000Z, when the channel has room again'],
    [
      'after_day_quota',
      { local: '2026-05-02 00:00', zone: 'UTC' },
      'on 2026-05-02 at 00:00 (UTC), when the channel has',
    ],
    ['after_daily_limit', {}, 'at 2026-05-01T11:00:00.000Z, when the campaign’s daily limit has room again'],
  ])('says what a message that is put off waits for: %s', (code, facts, words) => {
    const at = { at: '2026-05-01T11:00:00.000Z', ...facts };
    const steps = [{ step: 'send_time', outcome: 'passed', code, facts: at }] as const;
    const { ranked, excluded } = selectChannels(choosing({ channels: ['email'] }));
    expect(decisionSentence({ ...bare, steps, ranked, excluded })).toContain(`Sending by email ${words}`);
  });

  it('still tells decisions whose scores had no factors', () => {
    const ranked = [{ channel: 'email', rank: 1, score: 0.5, reason: 'prior' }] as const;
    expect(decisionSentence({ ...bare, ranked })).toBe('Sending by email at once: the only channel that can be used.');
    expect(decisionSentence(bare)).toBe('No channel was chosen.');
  });
});
