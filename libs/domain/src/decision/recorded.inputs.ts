import type { Channel, ContactPointRef, RecordedConsent, RecordedEngagement, RecordedInputs } from '@homing/contracts';
import { WEEKDAYS } from '@homing/contracts';
import type { ChosenSendTime } from '../send-time/send-time.command.js';
import type { DecisionInputs } from './leg.plan.js';
import type { EngagementCount, EngagementCounts, EngagementHistory, KnownConsent } from '../routing/selection.state.js';

type Recording = Pick<RecordedInputs, 'b' | 'r' | 'w'>;

/** The inputs of a decision as its event keeps them. `taken` is how it was taken. */
export function recordInputs(
  contacts: readonly ContactPointRef[],
  inputs: DecisionInputs,
  taken: Recording = {},
): RecordedInputs {
  const { contentChannels, freeText, allowed, optedOut, preferred, preferredHours, suppressed = [] } = inputs;
  const { engagement, localHour, draw, spread, lastInboundAt, campaign, consents } = inputs;
  const heldBack = contacts.flatMap(({ fingerprint }, place) => (suppressed.includes(fingerprint) ? [place] : []));
  const e = engagement && recordEngagement(engagement);
  return {
    c: contentChannels,
    ...(freeText && freeText.length > 0 && { f: freeText }),
    ...(allowed && { a: allowed }),
    ...(optedOut.length > 0 && { o: optedOut }),
    ...(preferred && { p: preferred }),
    ...(preferredHours && { h: preferredHours }),
    ...(heldBack.length > 0 && { s: heldBack }),
    ...(consents && { k: recordConsents(contacts, consents) }),
    ...(e && { e }),
    ...(localHour !== undefined && { l: localHour }),
    ...(draw !== undefined && { d: draw }),
    ...(spread !== undefined && { x: spread }),
    ...(lastInboundAt && { i: lastInboundAt }),
    ...(campaign && campaign.status !== 'active' && { q: campaign.status }),
    ...taken,
  };
}

/** The inputs that were recorded, beside the policy and the campaign's limits, which their version names. */
export function replayInputs(
  contacts: readonly ContactPointRef[],
  { c, f, a, o = [], p, h, s = [], k, e, l, d, x, i }: RecordedInputs,
): Omit<DecisionInputs, 'policy' | 'campaign' | 'clock'> {
  return {
    contentChannels: c,
    ...(f && { freeText: f }),
    optedOut: o,
    suppressed: s.flatMap((place) => contacts[place]?.fingerprint ?? []),
    ...(k && { consents: k.flatMap((recorded) => consentOf(contacts, recorded)) }),
    ...(a && { allowed: a }),
    ...(p && { preferred: p }),
    ...(h && { preferredHours: h }),
    ...(e && { engagement: { tenant: countsOf(e.t), customerType: countsOf(e.c) } }),
    ...(l !== undefined && { localHour: l }),
    ...(d !== undefined && { draw: d }),
    ...(x !== undefined && { spread: x }),
    ...(i && { lastInboundAt: i }),
  };
}

function recordConsents(
  contacts: readonly ContactPointRef[],
  consents: readonly KnownConsent[],
): readonly RecordedConsent[] {
  return contacts.flatMap(({ channel, fingerprint }, place): RecordedConsent[] => {
    const known = consents.find((each) => each.channel === channel && each.fingerprint === fingerprint);
    if (!known) return [];
    const { standing } = known;
    if (standing.kind === 'withdrawn') return [[place, 'w', standing.consentId]];
    const { consentId, validUntil } = standing;
    return [validUntil === undefined ? [place, 'g', consentId] : [place, 'g', consentId, validUntil]];
  });
}

function consentOf(
  contacts: readonly ContactPointRef[],
  [place, stands, consentId, validUntil]: RecordedConsent,
): KnownConsent[] {
  const point = contacts[place];
  if (!point) return [];
  const { channel, fingerprint } = point;
  const until = validUntil === undefined ? {} : { validUntil };
  const standing = stands === 'w' ? { kind: 'withdrawn', consentId } : { kind: 'granted', consentId, ...until };
  return [{ channel, fingerprint, standing: standing as KnownConsent['standing'] }];
}

function recordEngagement({ tenant, customerType }: EngagementHistory): NonNullable<RecordedInputs['e']> {
  const [t, c] = [recordCounts(tenant), recordCounts(customerType)];
  return { ...(t && { t }), ...(c && { c }) };
}

function recordCounts(counts: EngagementCounts): RecordedEngagement | undefined {
  const known = Object.entries(counts).filter(([, { sent, engaged }]) => sent !== 0 || engaged !== 0);
  return known.length === 0
    ? undefined
    : Object.fromEntries(known.map(([channel, { sent, engaged }]) => [channel, [sent, engaged]]));
}

function countsOf(recorded: RecordedEngagement = {}): EngagementCounts {
  const counts: Partial<Record<Channel, EngagementCount>> = {};
  for (const [channel, [sent, engaged]] of Object.entries(recorded)) counts[channel as Channel] = { sent, engaged };
  return counts;
}

/** What is kept of hours that were learned: the one that was chosen for being best. */
export function recordHours({ hours }: DecisionInputs, when: ChosenSendTime | undefined): Pick<RecordedInputs, 'w'> {
  if (!hours || hours.sent === 0) return {};
  const chosen = when?.facts?.['hour'];
  if (typeof chosen !== 'string') return { w: -1 };
  const [weekday, hour] = chosen.split(' ');
  return { w: WEEKDAYS.findIndex((day) => day === weekday) * 24 + Number(hour) };
}
