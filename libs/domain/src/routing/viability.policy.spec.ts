import { describe, expect, it } from '@jest/globals';
import { CHANNELS, type Channel } from '@homing/contracts';
import { DEFAULT_POLICY } from '../decision/policy.state.js';
import { choosing, type Choosing } from './selection.fixture.js';
import { viableChannels } from './viability.policy.js';

const hour = 3_600_000;
const before = (at: string, ms: number): string => new Date(Date.parse(at) - ms).toISOString();
const literal = { kind: 'literal', channels: CHANNELS } as const;
const reasonFor = (channel: Channel, over: Choosing = {}, policy?: typeof DEFAULT_POLICY): string | undefined => {
  const command = choosing({ channels: [channel], ...over });
  const { viable, excluded } = viableChannels(policy ? { ...command, policy } : command);
  const said = [...viable, ...excluded].filter((each) => each.channel === channel);
  expect(said).toHaveLength(1);
  return excluded.find((each) => each.channel === channel)?.reason;
};

describe('whether a channel can be used', () => {
  it.each<[string, Channel, Choosing, string]>([
    [
      'the caller left it out',
      'email',
      { inputs: { allowed: ['sms'] }, channels: ['email'] },
      'not_allowed_by_request',
    ],
    ['it does not exist yet', 'phone', {}, 'not_available_yet'],
    ['there is no address', 'sms', { channels: [], inputs: { allowed: ['sms'] } }, 'no_contact_point'],
    ['the person opted out', 'email', { inputs: { optedOut: ['email'] } }, 'opted_out'],
    ['there is nothing to say on it', 'email', { inputs: { contentChannels: ['sms'] } }, 'no_content_for_channel'],
    ['every address is held back', 'email', { inputs: { suppressed: ['f-email'] } }, 'suppressed'],
    ['nobody wrote there', 'instagram', { inputs: { lastInboundAt: {} } }, 'no_inbound_message'],
    ['nobody wrote there either', 'facebook', { inputs: { lastInboundAt: {} } }, 'no_inbound_message'],
    [
      'its template names none that is approved',
      'whatsapp',
      { inputs: { freeText: ['whatsapp'] } },
      'no_approved_template',
    ],
    ['free text needs a conversation', 'whatsapp', { request: { content: literal } }, 'template_needed'],
  ])('says no because %s', (_why, channel, over, reason) => expect(reasonFor(channel, over)).toBe(reason));

  it('says no to a channel that nobody enabled, and to one that people use by hand', () => {
    expect(reasonFor('sms', {}, DEFAULT_POLICY)).toBe('channel_not_enabled');
    const { assisted: _not, ...linkedin } = choosing({}).policy.channels.linkedin ?? DEFAULT_POLICY.channels.email!;
    expect(reasonFor('linkedin', {}, { ...DEFAULT_POLICY, channels: { linkedin } })).toBe('assisted_only');
    expect(reasonFor('linkedin')).toBeUndefined();
  });

  it('lets a message to us be answered for 24 hours, and no longer', () => {
    const { at } = choosing({});
    const written = (ms: number) => ({
      inputs: { lastInboundAt: { facebook: before(at, ms), whatsapp: before(at, ms) } },
    });
    expect(reasonFor('facebook', written(24 * hour - 1))).toBeUndefined();
    expect(reasonFor('facebook', written(24 * hour))).toBe('no_inbound_message');
    expect(reasonFor('whatsapp', { ...written(24 * hour - 1), request: { content: literal } })).toBeUndefined();
    expect(reasonFor('whatsapp', { ...written(24 * hour), request: { content: literal } })).toBe('template_needed');
    expect(reasonFor('whatsapp', written(24 * hour))).toBeUndefined();
    const text = (ms: number) => ({ inputs: { ...written(ms).inputs, freeText: ['whatsapp'] as const } });
    expect(reasonFor('whatsapp', text(24 * hour - 1))).toBeUndefined();
    expect(reasonFor('whatsapp', text(24 * hour))).toBe('no_approved_template');
    const generic = { ...choosing({}).policy };
    const whatsapp = { ...generic.channels.whatsapp!, provider: 'generic_whatsapp' };
    const policy = { ...generic, channels: { ...generic.channels, whatsapp } };
    expect(reasonFor('whatsapp', text(24 * hour), policy)).toBeUndefined();
  });
});
