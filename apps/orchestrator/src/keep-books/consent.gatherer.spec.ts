import { expect, it } from '@jest/globals';
import { request } from '@homing/testing/outreach-story';
import type { ConsentRef, StandingConsent } from '@homing/vault/consent';
import { consentsOf } from './consent.gatherer.js';

const contact = (fingerprint: string) => ({ channel: 'sms', ordinal: 0, fingerprint, mask: 'm' }) as const;
const asking = (messageType: string, ...fingerprints: string[]) => ({
  ...request,
  messageType,
  contacts: fingerprints.map(contact),
});

it('asks for a batch at once, each by what its message is for, and answers in its order', async () => {
  const asked: (readonly ConsentRef[])[] = [];
  const { tenantId } = request;
  const said: StandingConsent[] = [
    { ...{ tenantId, fingerprint: 'b', channel: 'sms', purpose: 'marketing' }, kind: 'granted', consentId: 'g' },
    { ...{ tenantId, fingerprint: 'a', channel: 'sms', purpose: 'transactional' }, kind: 'withdrawn', consentId: 'w' },
    {
      ...{ tenantId: 'other', fingerprint: 'a', channel: 'sms', purpose: 'marketing' },
      kind: 'granted',
      consentId: 'x',
    },
  ];
  const gather = consentsOf({ standingConsents: async (refs) => (asked.push(refs), said) });
  const batch = [asking('outreach', 'a'), asking('newsletter', 'a', 'b'), asking('transactional', 'a')];
  expect(await gather(batch)).toEqual([
    [],
    [{ channel: 'sms', fingerprint: 'b', standing: { kind: 'granted', consentId: 'g' } }],
    [{ channel: 'sms', fingerprint: 'a', standing: { kind: 'withdrawn', consentId: 'w' } }],
  ]);
  expect(asked.map((refs) => refs.map(({ purpose }) => purpose))).toEqual([
    ['marketing', 'marketing', 'marketing', 'transactional'],
  ]);
  expect(await gather([asking('outreach')])).toEqual([[]]);
  expect(asked).toHaveLength(1);
});
