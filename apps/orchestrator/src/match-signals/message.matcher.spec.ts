import { describe, expect, it } from '@jest/globals';
import { MessageMatcher, type Arrived } from './message.matcher.js';

const arrived: Arrived = {
  provider: 'twilio',
  providerEventId: 'e',
  fact: 'other',
  receivedAt: new Date(0).toISOString(),
};

function stage() {
  const state = { clock: 0, projected: 4n, head: 5n };
  const matcher = new MessageMatcher({
    queries: { attemptsByProviderMessage: async () => [], currentPosition: async () => state.projected },
    store: { headPosition: async () => state.head },
    now: () => state.clock,
  });
  return { state, standing: () => matcher.standingOf(arrived) };
}

describe('what arrived', () => {
  it('is behind until the projection has come to where the store was then', async () => {
    const { state, standing } = stage();
    expect(await standing()).toEqual({ kind: 'behind' });
    [state.head, state.projected] = [9n, 5n];
    expect(await standing()).toEqual({ kind: 'passed' });
  });

  it('is overdue after 30 s, however long it lay on the bus, and never taken for projected', async () => {
    const { state, standing } = stage();
    state.clock = 30_001;
    expect(await standing()).toEqual({ kind: 'overdue', position: 5n });
    state.projected = 5n;
    expect(await standing()).toEqual({ kind: 'passed' });
  });
});
