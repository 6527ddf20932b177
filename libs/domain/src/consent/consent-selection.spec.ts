import { describe, expect, it } from '@jest/globals';
import type { Channel } from '@homing/contracts';
import { request } from '@homing/testing/outreach-story';
import { effectivePolicy } from '../decision/effective.policy.js';
import { installedPolicy, readChannelProviders } from '../decision/channel-providers.policy.js';
import { decideOutreach } from '../decision/outreach.decider.js';
import { recordInputs, replayInputs } from '../decision/recorded.inputs.js';
import { emptyOutreach } from '../outreach/outreach.state.js';
import { choosing } from '../routing/selection.fixture.js';
import type { KnownConsent } from '../routing/selection.state.js';
import { consentFor, viableChannels } from '../routing/viability.policy.js';

const NOW = '2026-05-01T10:00:00.000Z';
const granted = (channel: Channel, fingerprint = `f-${channel}`): KnownConsent => ({
  ...{ channel, fingerprint },
  standing: { kind: 'granted', consentId: `g-${channel}` },
});
const withdrawn = (channel: Channel): KnownConsent => ({
  ...{ channel, fingerprint: `f-${channel}` },
  standing: { kind: 'withdrawn', consentId: `w-${channel}` },
});
const excluded = (consents: readonly KnownConsent[] | undefined, channels: readonly Channel[] = ['email', 'sms']) => {
  const command = choosing({ channels, inputs: consents ? { consents } : {} });
  return Object.fromEntries(viableChannels(command).excluded.map(({ channel, reason }) => [channel, reason]));
};

function decided(consents: readonly KnownConsent[], channels: readonly Channel[]) {
  const chosen = choosing({ channels, inputs: { consents } });
  const asked = { ...request, ...chosen.request, sendAt: NOW };
  const inputs = { ...chosen.inputs, policy: chosen.policy };
  return decideOutreach(emptyOutreach, { request: asked, inputs, now: NOW });
}

describe('channels and consent', () => {
  it('leaves out SMS and WhatsApp to whom nobody said yes, and no channel where the register was not asked', () => {
    expect(excluded([], ['email', 'sms', 'whatsapp'])).toEqual({ sms: 'consent_missing', whatsapp: 'consent_missing' });
    expect(excluded([granted('sms')], ['email', 'sms', 'whatsapp'])).toEqual({ whatsapp: 'consent_missing' });
    expect(excluded(undefined, ['email', 'sms', 'whatsapp'])).toEqual({});
  });

  it('leaves out every channel whose consent is withdrawn, needed or not', () =>
    expect(excluded([withdrawn('email'), withdrawn('sms')])).toEqual({
      email: 'consent_withdrawn',
      sms: 'consent_withdrawn',
    }));

  it('takes consent for the address that gave it: of two numbers the one that may be written to', () => {
    const command = choosing({ channels: ['sms'], inputs: { consents: [granted('sms', 'f-second')] } });
    const [first] = command.request.contacts;
    if (!first) throw new Error('no contact');
    const contacts = [first, { ...first, ordinal: 1, fingerprint: 'f-second' }];
    const both = { ...command, request: { ...command.request, contacts } };
    expect(viableChannels(both).viable).toMatchObject([{ channel: 'sms', contact: { ordinal: 1 } }]);
    expect(consentFor(both, contacts[1] ?? first)).toMatchObject({ basis: { consentId: 'g-sms', required: true } });
  });

  it('demands what tenant and campaign set, the narrower before the wider, channel by channel', () => {
    const installed = installedPolicy(readChannelProviders('email:sendgrid;sms:twilio') ?? new Map(), {
      ...{ whatsapp: 'never' },
    });
    expect(installed.version).toBe('default-4@email:sendgrid;sms:twilio@consent:whatsapp=never');
    const tenant = { settings: { consent: { required: { email: 'marketing', sms: 'never' } } }, version: 1 } as const;
    const campaign = { settings: { consent: { required: { sms: 'always' } } }, version: 2 } as const;
    expect(effectivePolicy(installed, tenant, campaign).consent).toEqual({
      ...{ whatsapp: 'never', email: 'marketing', sms: 'always' },
    });
    expect(effectivePolicy(installed, { settings: {}, version: 1 }, undefined).consent).toEqual(installed.consent);
  });

  it('refuses at the choice of a channel where none is left, and says why', () => {
    const [, refused] = decided([], ['sms']);
    expect(refused).toMatchObject({ type: 'OutreachRefused' });
    expect(refused?.data).toMatchObject({ step: 'channel_selection', reason: 'consent_missing' });
  });

  it('plans with the entry of the register it rests on, shown in its steps and its inputs', () => {
    const [, of] = decided([granted('sms')], ['sms']);
    expect(of).toMatchObject({
      data: { legs: [{ consent: { required: true, consentId: 'g-sms' } }], inputs: { k: [[0, 'g', 'g-sms']] } },
    });
    const steps = of?.type === 'OutreachDecided' ? of.data.explanation.steps : [];
    expect(steps.find(({ step }) => step === 'channel_selection')?.facts).toMatchObject({
      consent: 'required_and_given',
    });
  });

  it('is replayed from what was recorded, and demands nothing of a decision from before the register', () => {
    const { request: asked, inputs } = choosing({ channels: ['email', 'sms', 'whatsapp'] });
    const until = { kind: 'granted', consentId: 'g', validUntil: NOW } as const;
    const consents = [withdrawn('email'), { channel: 'sms', fingerprint: 'f-sms', standing: until } as const];
    const policy = choosing({}).policy;
    const replayed = replayInputs(asked.contacts, recordInputs(asked.contacts, { ...inputs, consents, policy }));
    expect(replayed.consents).toEqual(consents);
    expect(replayInputs(asked.contacts, recordInputs(asked.contacts, { ...inputs, policy })).consents).toBeUndefined();
  });
});
