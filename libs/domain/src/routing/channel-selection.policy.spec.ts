import { describe, expect, it } from '@jest/globals';
import type { Channel } from '@homing/contracts';
import { selectChannels } from './channel-selection.policy.js';
import { choosing, type Choosing } from './selection.fixture.js';

const select = (over: Choosing = {}) => selectChannels(choosing(over));
const order = (over: Choosing = {}): Channel[] => select(over).ranked.map(({ channel }) => channel);
const counts = (sent: number, engaged: number) => ({ sent, engaged });

describe('choosing a channel', () => {
  it.each<[string, Choosing, Choosing]>([
    ['customer type', { request: { customerType: 'new' } }, { request: { customerType: 'existing' } }],
    [
      'engagement',
      { inputs: { engagement: { tenant: { email: counts(99, 60), sms: counts(99, 10) }, customerType: {} } } },
      { inputs: { engagement: { tenant: { email: counts(99, 10), sms: counts(99, 60) }, customerType: {} } } },
    ],
    ['device', { request: { device: 'desktop' } }, { request: { device: 'mobile' } }],
    ['urgency', { request: { urgency: 'low' } }, { request: { urgency: 'high' } }],
    ['time of day', { inputs: { localHour: 10 } }, { inputs: { localHour: 19 } }],
  ])('turns from email to SMS by %s alone', (_factor, email, sms) => {
    expect([order(email)[0], order(sms)[0]]).toEqual(['email', 'sms']);
  });

  it('knows what engages with one customer type before what engages with all', () => {
    const engagement = {
      tenant: { email: counts(1000, 500), sms: counts(1000, 400) },
      customerType: { email: counts(200, 10), sms: counts(200, 120) },
    };
    expect(order({ inputs: { engagement }, request: { customerType: 'new' } })).toEqual(['sms', 'email']);
  });

  it('lets weights decide what counts', () => {
    const only = { customerType: 0, engagement: 0, device: 1, urgency: 0, timeOfDay: 0 };
    const known = { customerType: 'new', urgency: 'low', device: 'mobile' } as const;
    expect(order({ request: known })[0]).toBe('email');
    expect(order({ request: known, selection: { weights: only } })[0]).toBe('sms');
  });

  it('puts what the person prefers before priority, and priority before the score', () => {
    const channels = ['email', 'sms', 'whatsapp', 'linkedin'] as const;
    const { ranked } = select({
      channels,
      inputs: { preferred: ['linkedin', 'phone'] },
      selection: { channelPriority: ['whatsapp', 'linkedin'] },
      request: { device: 'desktop' },
    });
    expect(ranked.map(({ channel, rank, reason }) => [rank, channel, reason])).toEqual([
      [1, 'linkedin', 'preference'],
      [2, 'whatsapp', 'priority'],
      [3, 'email', 'score'],
      [4, 'sms', 'score'],
    ]);
  });

  it('follows what an earlier try chose, as long as it can be used', () => {
    const followed = select({ pinned: 'sms' });
    expect(followed.ranked.map(({ channel, reason }) => [channel, reason])).toEqual([
      ['sms', 'booked'],
      ['email', 'score'],
    ]);
    expect(followed.record).not.toHaveProperty('probability');
    expect(order({ pinned: 'sms', inputs: { optedOut: ['sms'] } })).toEqual(['email']);
  });

  it('never draws past a wish or a priority', () => {
    const selection = { exploration: 0.2, channelPriority: ['email'] as const };
    expect(select({ selection, inputs: { draw: 0.999 } })).toMatchObject({
      ranked: [{ channel: 'email', reason: 'priority' }, { channel: 'sms' }],
      record: { probability: 1 },
    });
    const wish = select({ selection: { exploration: 0.2 }, inputs: { draw: 0.999, preferred: ['email'] } });
    expect(wish.ranked[0]).toMatchObject({ channel: 'email', reason: 'preference' });
  });

  it('says when it was drawn, and how likely that was', () => {
    const drawn = select({ selection: { exploration: 0.2 }, inputs: { draw: 0.999 } });
    expect(drawn.ranked.map(({ channel, reason }) => [channel, reason])).toEqual([
      ['sms', 'explored'],
      ['email', 'score'],
    ]);
    expect(drawn.record).toMatchObject({ exploration: 0.2, probability: 0.1 });
    expect(select({ selection: { exploration: 0.2 }, inputs: { draw: 0.5 } }).record.probability).toBe(0.9);
    expect(select().record).toMatchObject({ exploration: 0, probability: 1 });
  });
});

describe('how sure a choice is', () => {
  it('grows with the lead and with what it rests on', () => {
    const knowing = (sent: number, engaged: number) => ({
      engagement: { tenant: { email: counts(sent, engaged), sms: counts(sent, 0) }, customerType: {} },
    });
    const [nothing, little, much] = [{}, knowing(10, 5), knowing(1000, 500)].map(
      (inputs) => select({ inputs }).confidence,
    );
    expect(nothing).toBe(0.02);
    expect(little).toBeGreaterThan(nothing ?? 1);
    expect(much).toBeGreaterThan(little ?? 1);
  });

  it('has no doubt about the lead of the only channel, or of what a person prefers', () => {
    expect(select({ channels: ['email'] }).confidence).toBe(0.5);
    expect(select({ inputs: { preferred: ['sms'] } }).confidence).toBe(0.5);
  });

  it('gives no credit to a channel that was drawn past a better one', () =>
    expect(select({ selection: { exploration: 0.2 }, inputs: { draw: 0.999 } }).confidence).toBe(0));

  it('is nothing where nothing can be used', () =>
    expect(select({ channels: [] })).toMatchObject({ ranked: [], confidence: 0, record: { recommendations: [] } }));
});

describe('what is recommended', () => {
  it.each<[string, Choosing, string[]]>([
    ['email read on a phone', { request: { device: 'mobile' } }, ['check_on_small_screens']],
    ['urgent email', { request: { urgency: 'critical' } }, ['add_a_faster_channel']],
    ['email in the evening', { inputs: { localHour: 20 } }, ['prefer_working_hours']],
    [
      'email hardly anybody opens',
      { inputs: { engagement: { tenant: { email: counts(500, 10) }, customerType: {} } } },
      ['review_content_and_audience'],
    ],
    ['nothing that is known', {}, []],
    ['a text at night', { channels: ['sms'], inputs: { localHour: 3 } }, ['prefer_waking_hours']],
    [
      'a text about nothing urgent to somebody at a desk',
      { channels: ['sms'], request: { device: 'desktop', urgency: 'low' } },
      ['avoid_links_to_open_on_a_phone', 'add_a_quieter_channel'],
    ],
  ])('follows from %s', (_what, over, codes) =>
    expect(select({ channels: ['email'], ...over }).record.recommendations).toEqual(codes),
  );
});
