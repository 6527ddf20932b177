import { describe, expect, it } from '@jest/globals';
import type { ShownOutreach } from '../api/api.types.js';
import { mayBeCancelled } from './cancel.policy.js';

const outreach = (over: Partial<ShownOutreach>, ...transitions: string[]): ShownOutreach => ({
  outreachId: 'o',
  state: 'scheduled',
  recipient: { contacts: [] },
  deliveries: [],
  timeline: transitions.map((transition, n) => ({ position: `${n}`, transition, occurredAt: '', recordedAt: '' })),
  explanation: null,
  ...over,
});

describe('cancelling is offered', () => {
  it.each([
    ['what waits for its time', outreach({}, 'requested', 'decided', 'scheduled')],
    ['what is not decided yet', outreach({ state: 'accepted' })],
    ['what is under way', outreach({ state: 'queued' }, 'attempt_started', 'queued')],
  ])('for %s', (_what, shown) => expect(mayBeCancelled(shown)).toBe(true));

  it.each([
    ['what was refused', outreach({ state: 'refused' }, 'requested', 'refused')],
    ['what is settled', outreach({ state: 'delivered', settledAt: '2026-05-01T10:00:00Z' })],
    ['what is settled, though the row does not say so yet', outreach({ state: 'delivered' }, 'delivered', 'settled')],
    ['what was called off already', outreach({ state: 'queued' }, 'queued', 'cancel_requested')],
  ])('not for %s', (_what, shown) => expect(mayBeCancelled(shown)).toBe(false));
});
