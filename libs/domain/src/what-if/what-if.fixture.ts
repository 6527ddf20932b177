// A made-up past: requests of a few people over a few days, decided under rules that are drawn too.
import {
  CHANNELS,
  SELECTION_FACTORS,
  type Channel,
  type FactorWeights,
  type OutreachRequested,
} from '@homing/contracts';
import { at, request as story } from '@homing/testing/outreach-story';
import fc from 'fast-check';
import type { DecisionInputs } from '../decision/leg.plan.js';
import type { DecisionPolicy } from '../decision/policy.state.js';
import { emptyOutreach } from '../outreach/outreach.state.js';
import { decideOutreach, type DecideOutreach } from '../decision/outreach.decider.js';
import { hourHistory } from '../send-time/learned-hours.estimate.js';
import { everyChannel } from '../routing/selection.fixture.js';
import type { KnownConsent } from '../routing/selection.state.js';
import { recordedDecision, type RecordedDecision } from './recorded.decision.js';

const SOME = ['email', 'sms', 'whatsapp', 'instagram', 'linkedin'] as const satisfies readonly Channel[];
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const channels = fc.subarray([...SOME] as Channel[]);
const counts = fc.tuple(fc.nat(200), fc.nat(200)).map(([sent, engaged]) => ({ sent, engaged }));
const history = fc.dictionary(fc.constantFrom(...SOME), counts, { maxKeys: 3 });
const hourCount = fc.record({
  channel: fc.constantFrom(...SOME),
  customerType: fc.constantFrom(null, 'new', 'existing'),
  hourOfWeek: fc.integer({ min: 0, max: 167 }),
  sent: fc.integer({ min: 50, max: 90 }),
  engaged: fc.nat(50),
});
const weights = fc
  .tuple(...SELECTION_FACTORS.map(() => fc.nat(10)))
  .map(
    (parts) =>
      Object.fromEntries(SELECTION_FACTORS.map((factor, i) => [factor, (parts[i] ?? 0) / 50])) as FactorWeights,
  );

export const CAMPAIGN = 'c1f2c8e0-6c0e-4b43-9d0c-000000000003';
const idOf = (n: number): string => `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`;
const span = fc
  .tuple(fc.integer({ min: 0, max: 719 }), fc.integer({ min: 720, max: 1439 }))
  .map(([from, to]) => ({ from, to }));

/** Rules: every channel, prices, caps, a look-back, quiet hours. */
export const drawnPolicy: fc.Arbitrary<DecisionPolicy> = fc
  .record({
    weights,
    channelPriority: fc.shuffledSubarray([...SOME] as Channel[], { maxLength: 2 }),
    exploration: fc.constantFrom(0, 0.2),
    disabled: channels.map((all) => all.slice(0, 1)),
    prices: fc.array(fc.nat(5), { minLength: CHANNELS.length, maxLength: CHANNELS.length }),
    perDay: maybe(fc.nat(3)),
    perWeek: maybe(fc.nat(6)),
    ofEmail: maybe(fc.nat(2)),
    dedupHours: fc.option(fc.constantFrom(1, 24, 72)),
    quiet: maybe(span),
    choice: fc.constantFrom('asap' as const, 'best_practice' as const, 'learned' as const),
  })
  .map(
    ({
      weights: shares,
      channelPriority,
      exploration,
      disabled,
      prices,
      perDay,
      perWeek,
      ofEmail,
      dedupHours,
      ...times
    }) => {
      const base = everyChannel({ weights: shares, channelPriority, exploration });
      const priced = CHANNELS.map((channel, i) => {
        const policy = base.channels[channel];
        return [
          channel,
          { ...policy, enabled: !disabled.includes(channel), price: { micros: prices[i] ?? 0, currency: 'EUR' } },
        ];
      });
      const caps = [
        ...(perDay === undefined ? [] : [{ limit: perDay, hours: 24 }]),
        ...(perWeek === undefined ? [] : [{ limit: perWeek, hours: 168 }]),
        ...(ofEmail === undefined ? [] : [{ limit: ofEmail, hours: 24, channel: 'email' as const }]),
      ];
      const sendTime = times.quiet || times.choice !== 'asap' ? times : undefined;
      return {
        ...base,
        channels: Object.fromEntries(priced) as DecisionPolicy['channels'],
        contactLimits: { caps, dedupHours },
        ...(sendTime && { sendTime }),
      };
    },
  );

export type DrawnLimits = NonNullable<NonNullable<DecisionInputs['campaign']>['limits']>;
export const drawnLimits: fc.Arbitrary<DrawnLimits> = fc
  .record({ totalMicros: maybe(fc.nat(30)), perDayMicros: maybe(fc.nat(12)), dailyLimit: maybe(fc.nat(5)) })
  .map((limits) => ({ campaignKey: CAMPAIGN, currency: 'EUR', version: 1, ...limits }));

/** A request with what is gathered for its decision, beside the rules. */
export interface DrawnRequest {
  readonly request: OutreachRequested;
  readonly inputs: Omit<DecisionInputs, 'policy' | 'campaign' | 'clock'>;
  readonly now: string;
}

const drawnParts = fc.record({
  person: fc.nat(2),
  holder: maybe(fc.nat(2)),
  inCampaign: fc.boolean(),
  has: fc.subarray([...SOME] as Channel[], { minLength: 1 }),
  two: fc.boolean(),
  strategy: fc.constantFrom('single' as const, 'fallback' as const, 'parallel' as const),
  content: fc.nat(1),
  customerType: maybe(fc.constantFrom('new', 'existing')),
  device: maybe(fc.constantFrom('mobile', 'desktop')),
  urgency: fc.constantFrom('low' as const, 'normal' as const, 'high' as const, 'critical' as const),
  sendAfter: maybe(fc.integer({ min: -3600, max: 4 * 86_400 })),
  after: fc.integer({ min: 0, max: 20_000 }),
  draw: maybe(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  localHour: maybe(fc.integer({ min: 0, max: 23 })),
  preferredHours: maybe(fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { maxLength: 3 })),
  allowed: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: channels }),
  optedOut: channels.map((all) => all.slice(0, 1)),
  preferred: maybe(channels),
  suppressed: maybe(fc.constantFrom(...SOME)).map((one) => (one ? [one] : [])),
  contentChannels: fc.subarray([...SOME] as Channel[], { minLength: 3 }),
  engagement: maybe(fc.record({ tenant: history, customerType: history })),
  hours: fc.option(fc.array(hourCount, { maxLength: 12 }), { nil: undefined, freq: 2 }),
  spread: maybe(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
  consents: fc.option(
    fc.array(
      fc.tuple(fc.constantFrom(...SOME), fc.constantFrom('granted' as const, 'expired' as const, 'withdrawn' as const)),
    ),
    {
      ...{ nil: undefined, freq: 2 },
    },
  ),
});

type Parts = typeof drawnParts extends fc.Arbitrary<infer T> ? T : never;

function drawnRequest(parts: Parts, n: number, now: string): DrawnRequest {
  const { person, holder, has, two, customerType, device, urgency, sendAfter, ...rest } = parts;
  const of = (channel: Channel, ordinal: number) => ({
    ...{ channel, ordinal, fingerprint: `f-${channel}-${person}-${ordinal}`, mask: 'm***' },
    ...(holder === undefined ? {} : { heldBy: `person-${holder}` }),
  });
  const contacts = has.flatMap((channel) => (two ? [of(channel, 0), of(channel, 1)] : [of(channel, 0)]));
  const request: OutreachRequested = {
    ...story,
    ...{ outreachId: idOf(n), personId: `person-${person}`, contentKey: `content-${rest.content}`, urgency, contacts },
    strategy: rest.strategy,
    ...(rest.inCampaign && { campaignKey: CAMPAIGN }),
    ...(customerType && { customerType }),
    ...(device && { device }),
    ...(sendAfter !== undefined && { sendAt: new Date(Date.parse(now) + sendAfter * 1000).toISOString() }),
    expiresAt: new Date(Date.parse(now) + 6 * 86_400_000).toISOString(),
    acceptedAt: now,
  };
  const { draw, localHour, preferredHours, allowed, optedOut, preferred, contentChannels, engagement, hours, spread } =
    rest;
  const suppressed = rest.suppressed.map((channel) => `f-${channel}-${person}-0`);
  const inputs = {
    ...{ optedOut, suppressed, contentChannels, lastInboundAt: { instagram: now } },
    ...(draw !== undefined && { draw }),
    ...(localHour !== undefined && { localHour }),
    ...(preferredHours && { preferredHours }),
    ...(allowed && { allowed }),
    ...(preferred && { preferred }),
    ...(engagement && { engagement }),
    ...(hours && { hours: hourHistory(hours) }),
    ...(spread !== undefined && { spread }),
    ...(rest.consents && { consents: consentsOf(rest.consents, person, now) }),
  };
  return { request, inputs, now };
}

/** What the register says of the first address of some channels. */
const consentsOf = (
  said: readonly (readonly [Channel, 'granted' | 'expired' | 'withdrawn'])[],
  person: number,
  validUntil: string,
): readonly KnownConsent[] =>
  [...new Map(said)].map(([channel, stands]) => ({
    ...{ channel, fingerprint: `f-${channel}-${person}-0` },
    standing:
      stands === 'withdrawn'
        ? { kind: stands, consentId: `w-${channel}` }
        : { kind: 'granted', consentId: `g-${channel}`, ...(stands === 'expired' ? { validUntil } : {}) },
  }));

/** Requests in the order they are decided. */
export const drawnPast = (maxLength: number): fc.Arbitrary<DrawnRequest[]> =>
  fc.array(drawnParts, { minLength: 1, maxLength }).map((all) => {
    let seconds = 0;
    return all.map((parts, i) => drawnRequest(parts, i, at((seconds += parts.after))));
  });

/** What is recorded of a decision, as it is read back from JSON. */
export function recordOf(command: DecideOutreach): RecordedDecision {
  const [requested, decision] = JSON.parse(JSON.stringify(decideOutreach(emptyOutreach, command))) as ReturnType<
    typeof decideOutreach
  >;
  if (requested?.type !== 'OutreachRequested') throw new Error('nothing was decided');
  if (decision?.type !== 'OutreachDecided' && decision?.type !== 'OutreachRefused')
    throw new Error('nothing was decided');
  const record = recordedDecision(requested.data, decision);
  if (!record) throw new Error('nothing was recorded');
  return JSON.parse(JSON.stringify(record)) as RecordedDecision;
}
