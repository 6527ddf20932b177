import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import { deliveryOf, emptyOutreach, evolveOutreach, type KnownOutreach } from '@homing/domain';
import { assistance, committed, expired, started, taskDone } from '@homing/testing/outreach-story';
import { linkedInApproach, withoutSubject } from './linkedin.approach.js';

const on = (...events: readonly OutreachEvent[]): KnownOutreach =>
  (JSON.parse(JSON.stringify(events).replaceAll('"email"', '"linkedin"')) as OutreachEvent[]).reduce(
    evolveOutreach,
    emptyOutreach,
  ) as KnownOutreach;
const stranger = { id: 'r', contacts: {}, linkedinConnection: 'none' as const };
const asked = [...committed, started(), assistance('invitation_by_hand')];
const second = { channel: 'linkedin', leg: 2 } as const;

describe('how a person is written to on LinkedIn', () => {
  it('is by an invitation to connect where the caller says that they are no connection', () => {
    const state = on(...committed);
    expect(linkedInApproach(stranger, state, deliveryOf(state, 1)!)).toEqual({ approach: 'connection_request' });
  });

  it('is by a message once an invitation of the same outreach was sent, and not before', () => {
    const sent = on(...asked, taskDone('sent', 60));
    expect(linkedInApproach(stranger, sent, second)).toEqual({ approach: 'message' });
    for (const never of [on(...asked, taskDone('declined', 60)), on(...asked, expired(60)), on(...asked)])
      expect(linkedInApproach(stranger, never, second)).toEqual({ approach: 'connection_request' });
  });

  it.each([
    ['to a connection', { ...stranger, linkedinConnection: 'first' as const }, 'linkedin'],
    ['where nobody says so', { id: 'r', contacts: {} }, 'linkedin'],
    ['on another channel', stranger, 'email'],
  ] as const)('is left open %s', (_what, recipient, channel) =>
    expect(linkedInApproach(recipient, on(...committed), { channel, leg: 1 })).toEqual({}),
  );

  it('has no subject where it is an invitation', () => {
    const body = { subject: 'S', text: 'T' };
    expect(withoutSubject(body, { approach: 'connection_request' })).toEqual({ text: 'T' });
    expect(withoutSubject(body, {})).toEqual(body);
  });
});
