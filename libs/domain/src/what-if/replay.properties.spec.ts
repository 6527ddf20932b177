import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import fc from 'fast-check';
import type { DecisionInputs } from '../decision/leg.plan.js';
import { decideOutreach, type DecideOutreach } from '../decision/outreach.decider.js';
import { emptyOutreach } from '../outreach/outreach.state.js';
import { ZONES_OF_2026 } from '../send-time/zone.fixture.js';
import { replayCommand } from './recorded.decision.js';
import { CAMPAIGN, drawnLimits, drawnPast, drawnPolicy, recordOf } from './what-if.fixture.js';

const CASES = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;

const decision = fc
  .record({
    policy: drawnPolicy,
    limits: drawnLimits,
    status: fc.constantFrom('active' as const, 'paused' as const, 'stopped' as const),
    zone: fc.option(fc.constantFrom(...Object.values(ZONES_OF_2026)), { nil: undefined }),
    past: drawnPast(1),
  })
  .map(({ policy, limits, status, zone, past: [only] }) => {
    if (!only) throw new Error('a past has a request at least');
    // Of learned hours the best of one channel is kept: of several messages at once the others' times are approximate.
    const several = only.request.strategy === 'parallel' && policy.sendTime?.choice === 'learned';
    const request = several ? { ...only.request, strategy: 'single' as const } : only.request;
    const campaign = only.request.campaignKey === CAMPAIGN ? { status, limits } : undefined;
    const clock = zone && { table: zone, owner: 'recipient' as const };
    const rules = { policy, ...(campaign && { campaign }), ...(clock && { clock }) };
    const inputs: DecisionInputs = { ...only.inputs, ...rules };
    return { command: { ...only, request, inputs } satisfies DecideOutreach, rules };
  });

/** What was decided, without the masks, which a record does not keep, and without the shares an hour was learned from. */
const said = (events: readonly OutreachEvent[]): string =>
  JSON.stringify(events.slice(1), (key, value: unknown) =>
    key === 'mask' || (key === 'facts' && learnedFrom(value)) ? undefined : value,
  );
const learnedFrom = (facts: unknown): boolean => typeof facts === 'object' && facts !== null && 'hour' in facts;

describe('a recorded decision, replayed under its own rules', () => {
  it('is the same decision: channel, instant, price, steps with their codes, every score', () => {
    const seen = { decided: 0, refused: 0 };
    fc.assert(
      fc.property(decision, ({ command, rules }) => {
        const record = recordOf(command);
        const again = replayCommand(record, rules);
        if (!again) throw new Error('its inputs are recorded');
        expect(said(decideOutreach(emptyOutreach, again))).toBe(said(decideOutreach(emptyOutreach, command)));
        seen[record.then.kind === 'contacted' ? 'decided' : 'refused'] += 1;
      }),
      { numRuns: CASES },
    );
    expect(Math.min(seen.decided, seen.refused)).toBeGreaterThan(CASES / 20);
  });

  it('cannot be taken again where its inputs were not recorded', () => {
    const [{ command, rules }] = fc.sample(decision, { numRuns: 1, seed: 1 }) as [
      { command: DecideOutreach; rules: never },
    ];
    const { inputs: _none, ...old } = recordOf(command);
    expect(replayCommand(old, rules)).toBeUndefined();
  });

  it('keeps no address, no mask and no name, in few bytes', () => {
    fc.assert(
      fc.property(decision, ({ command }) => {
        const { inputs, request } = recordOf(command);
        expect(JSON.stringify(request)).not.toContain('mask');
        expect(JSON.stringify(inputs)).not.toContain('f-');
        expect(JSON.stringify(inputs).length).toBeLessThan(600);
      }),
      { numRuns: 200 },
    );
  });
});
