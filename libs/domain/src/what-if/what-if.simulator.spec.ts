import { describe, expect, it } from '@jest/globals';
import { at, request as story } from '@homing/testing/outreach-story';
import { DEFAULT_POLICY, type DecisionPolicy } from '../decision/policy.state.js';
import { UTC_TABLE } from '../send-time/zone.table.js';
import type { PastDecision } from './recorded.decision.js';
import { recordOf } from './what-if.fixture.js';
import { WhatIf, type WhatIfRules } from './what-if.simulator.js';

const CAMPAIGN = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';
const uncapped: DecisionPolicy = { ...DEFAULT_POLICY, contactLimits: { caps: [], dedupHours: null } };
const email = { ...DEFAULT_POLICY.channels.email!, price: { micros: 10, currency: 'EUR' } };

/** An email, asked for and sent at that second, to a person of its own unless one is named. */
function sent(
  n: number,
  over: Partial<PastDecision> & { second?: number; personId?: string; inCampaign?: boolean } = {},
): PastDecision {
  const { second = n, personId = `person-${n}`, inCampaign = false, ...rest } = over;
  const request = {
    ...{ ...story, outreachId: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`, personId },
    ...(inCampaign && { campaignKey: CAMPAIGN }),
  };
  const inputs = { policy: { ...uncapped, channels: { email } }, optedOut: [], contentChannels: ['email'] as const };
  return { ...recordOf({ request, inputs, now: at(second) }), sent: true, retries: 0, ...rest };
}

const dayOf = (instant: string) => ({
  day: instant.slice(0, 10),
  endsAt: new Date(Date.parse(`${instant.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString(),
});
function under(rules: Partial<WhatIfRules>, campaign: WhatIfRules['campaign'] = undefined): WhatIf<WhatIfRules> {
  const all: WhatIfRules = { policy: { ...uncapped, channels: { email } }, zone: 'UTC', ...rules };
  return new WhatIf<WhatIfRules>({
    rulesOf: (key) => (key === undefined ? all : { ...all, ...(campaign && { campaign }) }),
    clockOf: () => undefined,
    dayOf,
    quotaZoneOf: () => UTC_TABLE,
    rulesOfAll: all,
    examples: 10,
  });
}
const limits = (over: object): WhatIfRules['campaign'] => ({
  status: 'active',
  limits: { campaignKey: CAMPAIGN, currency: 'EUR', version: 1, ...over },
});
const replay = (whatIf: WhatIf<WhatIfRules>, past: readonly PastDecision[]) => {
  for (const each of past) whatIf.add(each);
  return whatIf.result();
};

describe('what if', () => {
  it('a channel’s hour had room for two: the others move to the next hours', () => {
    const quota = { perHour: 2, perDay: null, version: 1 };
    const whatIf = under({ policy: { ...uncapped, channels: { email: { ...email, quota } } } });
    const { changes, moved } = replay(
      whatIf,
      [1, 2, 3, 4, 5].map((n) => sent(n)),
    );
    expect(changes).toMatchObject({ same: 2, moved: 3 });
    expect(moved).toEqual({
      earlier: 0,
      later: 3,
      byHours: [
        { hours: 0, count: 2 },
        { hours: 1, count: 1 },
      ],
    });
  });

  it('a campaign put off what its day had no room for, or refused it', () => {
    const past = [1, 2, 3].map((n) => sent(n, { inCampaign: true }));
    const refusing = replay(under({}, limits({ dailyLimit: 1 })), past);
    expect(refusing.now.refusals).toEqual([{ step: 'daily_limit', reason: 'daily_limit_reached', count: 2 }]);
    const deferring = replay(under({}, limits({ dailyLimit: 1, whenFull: 'defer' })), past);
    expect(deferring).toMatchObject({ now: { contacted: 3 }, moved: { later: 2 } });
  });

  it('a budget had been smaller: what was spent before counts, what was given back does not', () => {
    const whatIf = under({}, limits({ totalMicros: 45 }));
    whatIf.open(CAMPAIGN, 15);
    const past = [
      sent(1, { inCampaign: true, sent: false, givenBackAt: at(10) }),
      sent(2, { inCampaign: true }),
      sent(3, { inCampaign: true }),
      sent(5, { inCampaign: true }),
      sent(20, { inCampaign: true }),
      sent(21, { inCampaign: true }),
    ];
    const { now, limits: bitten } = replay(whatIf, past);
    // 15 + 3 x 10 stand at 5; at 10 ten of them come back.
    expect(now).toMatchObject({ contacted: 4, refusals: [{ reason: 'budget_exhausted', count: 2 }] });
    expect(bitten).toEqual([{ step: 'budget', reason: 'budget_exhausted', then: 0, now: 2, people: 2 }]);
  });

  it('somebody had been contacted before the period: it counts for caps, and for nothing else', () => {
    const caps = [{ limit: 1, hours: 24 }];
    const whatIf = under({ policy: { ...uncapped, channels: { email }, contactLimits: { caps, dedupHours: null } } });
    whatIf.before(sent(1, { personId: 'p' }));
    const { decisions, now, examples } = replay(whatIf, [sent(60, { personId: 'p' }), sent(90_000, { personId: 'p' })]);
    expect({ decisions, now }).toMatchObject({ decisions: 2, now: { contacted: 1, refused: 1 } });
    expect(examples).toMatchObject([{ kind: 'refused_now', now: { kind: 'refused', reason: 'cap_1_in_24_h' } }]);
  });

  it('nothing had been recorded of its inputs: it stands as it happened, and is said to', () => {
    const { inputs: _none, ...old } = sent(1, { personId: 'p' });
    const caps = [{ limit: 1, hours: 24 }];
    const whatIf = under({ policy: { ...uncapped, channels: { email }, contactLimits: { caps, dedupHours: null } } });
    const { replayed, now, cannotKnow } = replay(whatIf, [old, sent(2, { personId: 'p' })]);
    expect({ replayed, now }).toMatchObject({ replayed: 1, now: { contacted: 1, refused: 1 } });
    expect(cannotKnow).toMatchObject([{ code: 'inputs_not_recorded', count: 1 }]);
  });

  it('several were sent at once, or one after the other: each is counted and booked', () => {
    const sms = { ...email, provider: 'textbee', price: { micros: 30, currency: 'EUR' } };
    const policy: DecisionPolicy = { ...uncapped, channels: { email, sms } };
    const contacts = (['email', 'sms'] as const).map((channel) => ({
      channel,
      ordinal: 0,
      fingerprint: channel,
      mask: 'm',
    }));
    const inputs = { policy, optedOut: [], contentChannels: ['email', 'sms'] as const };
    const past = (n: number, strategy: 'parallel' | 'fallback'): PastDecision => {
      const request = {
        ...story,
        outreachId: `00000000-0000-5000-8000-00000000000${n}`,
        strategy,
        contacts,
        contentKey: 'c',
      };
      return { ...recordOf({ request, inputs, now: at(n) }), sent: true, retries: 0 };
    };
    const all = [past(1, 'parallel'), past(2, 'fallback')];
    expect(replay(under({ policy }), all)).toMatchObject({
      changes: { same: 2 },
      now: { contacted: 2, byChannel: { email: 2, sms: 1 }, worstCase: [{ micros: 50 }] },
      cannotKnow: [{ code: 'later_messages', count: 2 }],
    });
    const caps = [{ limit: 1, hours: 24, channel: 'email' as const }];
    const capped = replay(under({ policy: { ...policy, contactLimits: { caps, dedupHours: null } } }), all);
    expect(capped).toMatchObject({ changes: { same: 1, other_channel: 1 }, now: { byChannel: { email: 1, sms: 2 } } });
  });

  it('there was nothing: nothing comes of it', () => {
    expect(under({}).result()).toMatchObject({ decisions: 0, now: { contacted: 0 }, cannotKnow: [], examples: [] });
  });
});
