import { describe, expect, it } from '@jest/globals';
import { decideOutreach, decisionSentence, DEFAULT_POLICY, emptyOutreach } from '@homing/domain';
import { request, T0 } from '@homing/testing/outreach-story';
import { faultsAgainst } from '../describe/conformance.fixture.js';

describe('the explanation of a decision', () => {
  const inputs = { policy: DEFAULT_POLICY, optedOut: [], contentChannels: ['email'] } as const;
  const decided = decideOutreach(emptyOutreach, { request, inputs, now: T0 }).find(
    (event) => event.type === 'OutreachDecided',
  );
  const explanation = decided?.data.explanation;

  it('is what the document says, with every factor of every channel', () => {
    if (!explanation) throw new Error('an email can be sent');
    expect(faultsAgainst('Explanation', { sentence: decisionSentence(explanation), ...explanation })).toEqual([]);
    expect(Object.keys(explanation.ranked[0]?.factors ?? {})).toHaveLength(5);
  });

  it('of before scores had factors is, too', () => {
    const ranked = [{ channel: 'email', rank: 1, score: 0.5, reason: 'prior' }] as const;
    const old = { policyVersion: 'default-2', decidedAt: T0, steps: [], ranked, excluded: [] };
    expect(faultsAgainst('Explanation', { sentence: decisionSentence(old), ...old })).toEqual([]);
  });
});
