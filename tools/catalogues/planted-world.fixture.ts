// Simulated people, each kind of whom takes to one channel and one hour, and a tenant that writes to them day by day.
import type { Channel, OutreachRequested, SendTimeSettings } from '@homing/contracts';
import {
  DEFAULT_POLICY,
  effectivePolicy,
  hourHistory,
  planLeg,
  readingAt,
  type ChannelPolicy,
  type DecisionPolicy,
  type EngagementCounts,
  type HourCount,
  type HourHistory,
} from '@homing/domain';
import { spreadOf, zoneTable } from '@homing/intake/rules';
import { request } from '@homing/testing/outreach-story';

const [HOUR, DAY] = [3_600_000, 86_400_000];
const START = Date.parse('2026-03-02T00:00:00Z');
export const TYPES = ['new', 'existing', 'partner', 'former'] as const;
type PersonType = (typeof TYPES)[number];
export const CHANNELS_IN_USE = ['email', 'sms', 'whatsapp'] as const;
/** Made up, micro-units a message. */
export const PRICES = { email: 1_000, sms: 75_000, whatsapp: 50_000 } as const;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
/** Share that engages: on the planted channel in the planted hour, on one of the two alone, on neither. */
export const ENGAGE = { both: 0.6, channel: 0.35, hour: 0.15, neither: 0.05 } as const;

export type Planted = Readonly<Record<PersonType, { readonly channel: Channel; readonly hour: number }>>;

export interface Planting {
  readonly planted: Planted;
  readonly seed: number;
  /** Days of learning, with 0.2 of choices drawn; then days that are measured, with none. */
  readonly warmUpDays: number;
  readonly days: number;
  readonly perDay: number;
}

/** How somebody is written to: as the product decides, or by rule. */
export type Arm = 'product' | { readonly channel: Channel; readonly sendTime: 'asap' | 'best_practice' };

export interface Outcome {
  readonly messages: number;
  /** Share of messages on the planted channel; in the planted hour; that engaged. */
  readonly onChannel: number;
  readonly inHour: number;
  readonly engaged: number;
  /** Micro-units a message, and for each that engaged. */
  readonly perMessage: number;
  readonly perEngaged: number;
}

interface Person {
  readonly type: PersonType;
  readonly timeZone: string;
  readonly device: 'mobile' | 'desktop' | 'tablet';
  readonly arrives: number;
  readonly id: string;
  readonly draws: { readonly channel: number; readonly luck: number };
}

interface Sent {
  readonly type: PersonType;
  readonly channel: Channel;
  readonly at: number;
  readonly local: { readonly weekHour: number; readonly hour: number };
  readonly engaged: boolean;
}

/** What the days after the warm-up come to. The same people with the same luck for every arm. */
export function live({ planted, seed, warmUpDays, days, perDay }: Planting, arm: Arm): Outcome {
  const random = seeded(seed);
  const sent: Sent[] = [];
  const measured: Sent[] = [];
  for (let day = 0; day < warmUpDays + days; day += 1) {
    const known = learnedBy(arm === 'product' ? sent : [], START + day * DAY);
    const warm = day >= warmUpDays;
    for (let n = 0; n < perDay; n += 1) {
      const person = personOf(random, START + day * DAY);
      // A rule learns nothing.
      if (!warm && arm !== 'product') continue;
      const message = write(person, { arm, known, planted, exploration: warm ? 0 : 0.2 });
      sent.push(message);
      if (warm) measured.push(message);
    }
  }
  return outcomeOf(measured, planted);
}

interface Known {
  readonly hours: HourHistory;
  readonly tenant: EngagementCounts;
  readonly byType: Readonly<Partial<Record<PersonType, EngagementCounts>>>;
}

/** Messages of the last 24 hours are not counted yet. */
function learnedBy(sent: readonly Sent[], now: number): Known {
  const settled = sent.filter(({ at }) => at < now - DAY);
  const buckets = new Map<string, HourCount>();
  for (const { type, channel, local, engaged } of settled) {
    const key = `${type} ${channel} ${local.weekHour}`;
    const before = buckets.get(key) ?? { channel, customerType: type, hourOfWeek: local.weekHour, sent: 0, engaged: 0 };
    buckets.set(key, { ...before, sent: before.sent + 1, engaged: before.engaged + (engaged ? 1 : 0) });
  }
  const countsOf = (of: readonly Sent[]): EngagementCounts =>
    Object.fromEntries(
      [...Map.groupBy(of, ({ channel }) => channel)].map(([channel, all]) => [
        channel,
        { sent: all.length, engaged: all.filter(({ engaged }) => engaged).length },
      ]),
    );
  const byType = Object.fromEntries([...Map.groupBy(settled, ({ type }) => type)].map(([t, of]) => [t, countsOf(of)]));
  return { hours: hourHistory([...buckets.values()]), tenant: countsOf(settled), byType };
}

interface Writing {
  readonly arm: Arm;
  readonly known: Known;
  readonly planted: Planted;
  readonly exploration: number;
}

function write(person: Person, { arm, known, planted, exploration }: Writing): Sent {
  const { type, timeZone, device, arrives, id, draws } = person;
  const channels = arm === 'product' ? CHANNELS_IN_USE : [arm.channel];
  const now = new Date(arrives).toISOString();
  const table = zoneTable(timeZone, { from: arrives, until: arrives + 8 * DAY });
  if (!table) throw new Error('a zone that everybody knows');
  const content = { kind: 'template', templateUuid: 'b1f2c8e0-6c0e-4b43-9d0c-000000000002', version: 1 } as const;
  const asked: OutreachRequested = {
    ...{ ...request, outreachId: id, customerType: type, device, timeZone, content, acceptedAt: now },
    contacts: channels.map((channel) => ({ channel, ordinal: 0, fingerprint: `f-${channel}`, mask: 'm' })),
    expiresAt: new Date(arrives + 7 * DAY).toISOString(),
  };
  const plan = planLeg({
    request: asked,
    now,
    inputs: {
      policy: policyOf(arm, exploration),
      ...{ optedOut: [], contentChannels: channels, draw: draws.channel, spread: spreadOf(id) },
      engagement: { tenant: known.tenant, customerType: known.byType[type] ?? {} },
      hours: known.hours,
      localHour: Math.floor(readingAt(table, arrives).minute / 60),
      clock: { table, owner: 'recipient' },
    },
  });
  if (plan.kind !== 'planned') throw new Error(`refused: ${plan.reason}`);
  const { channel, sendAt } = plan.leg;
  const { weekday, minute } = readingAt(table, Date.parse(sendAt));
  const hour = Math.floor(minute / 60);
  const liked = { channel: planted[type].channel === channel, hour: planted[type].hour === hour };
  const chance = liked.channel
    ? liked.hour
      ? ENGAGE.both
      : ENGAGE.channel
    : liked.hour
      ? ENGAGE.hour
      : ENGAGE.neither;
  const weekHour = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].indexOf(weekday) * 24 + hour;
  return { type, channel, at: Date.parse(sendAt), local: { weekHour, hour }, engaged: draws.luck < chance };
}

function outcomeOf(sent: readonly Sent[], planted: Planted): Outcome {
  const share = (that: (message: Sent) => boolean): number => sent.filter(that).length / sent.length;
  const cost = sent.reduce((sum, { channel }) => sum + PRICES[channel as keyof typeof PRICES], 0);
  const engaged = share((message) => message.engaged);
  return {
    messages: sent.length,
    onChannel: share(({ type, channel }) => planted[type].channel === channel),
    inHour: share(({ type, local }) => planted[type].hour === local.hour),
    ...{ engaged, perMessage: cost / sent.length, perEngaged: cost / (engaged * sent.length) },
  };
}

const quietHours = { from: '22:00', to: '07:00' };
const policies = new Map<string, DecisionPolicy>();
function policyOf(arm: Arm, exploration: number): DecisionPolicy {
  const key = `${JSON.stringify(arm)} ${exploration}`;
  const known = policies.get(key);
  if (known) return known;
  const { email } = DEFAULT_POLICY.channels;
  if (!email) throw new Error('the product has email');
  const of = (channel: keyof typeof PRICES): ChannelPolicy => ({
    ...{ ...email, provider: channel, price: { micros: PRICES[channel], currency: 'EUR' } },
  });
  const base = { ...DEFAULT_POLICY, channels: Object.fromEntries(CHANNELS_IN_USE.map((each) => [each, of(each)])) };
  const sendTime: SendTimeSettings['sendTime'] = arm === 'product' ? 'learned' : arm.sendTime;
  const policy = effectivePolicy(base, { settings: { sendTime, quietHours, exploration }, version: 1 }, undefined);
  policies.set(key, policy);
  return policy;
}

function personOf(random: () => number, midnight: number): Person {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const bits = Math.floor(random() * 2 ** 48);
  return {
    type: pick(TYPES),
    timeZone: pick(ZONES),
    device: pick(['mobile', 'desktop', 'tablet']),
    arrives: midnight + Math.floor(random() * 24 * HOUR),
    id: `00000000-0000-5000-8000-${bits.toString(16).padStart(12, '0')}`,
    draws: { channel: random(), luck: random() },
  };
}

/** A seeded generator of numbers in [0, 1): mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
