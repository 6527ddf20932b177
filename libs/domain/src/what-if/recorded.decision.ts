import type {
  Channel,
  ContactPointRef,
  DecisionStep,
  Money,
  OutreachDecided,
  OutreachRefused,
  OutreachRequested,
  PlannedLeg,
  RecordedInputs,
} from '@homing/contracts';
import type { DecisionInputs, PlanLeg } from '../decision/leg.plan.js';
import { replayInputs } from '../decision/recorded.inputs.js';
import { historyOfBest } from '../send-time/learned-hours.estimate.js';
import { BOOKING_HOLDS_MS } from '../ledger/ledger.asks.js';

type Kept = Omit<OutreachRequested, 'tenantId' | 'subject' | 'locale' | 'via' | 'acceptedAt' | 'contacts'>;

/** What a request brings to its decision; addresses by fingerprint alone. */
export interface RecordedRequest extends Kept {
  readonly contacts: readonly Omit<ContactPointRef, 'mask'>[];
}

/** One message that was planned. */
export interface Message {
  readonly leg: number;
  readonly channel: Channel;
  readonly ordinal: number;
  readonly at: string;
  /** How long the booking held. */
  readonly until: string;
  /** Worst case. */
  readonly cost: Money;
}

/** The message that was planned, or the first of several. */
export interface Contacted extends Message {
  readonly kind: 'contacted';
  /** Sent beside it, by other channels. */
  readonly also?: readonly Message[];
}

export const messagesOf = (outcome: Contacted): readonly Message[] => [outcome, ...(outcome.also ?? [])];

export interface NotContacted {
  readonly kind: 'refused';
  readonly step: DecisionStep;
  readonly reason: string;
}

export type Outcome = Contacted | NotContacted;

/** One decision as it was taken, with all that is needed to take it again. Plain JSON, nothing personal. */
export interface RecordedDecision {
  readonly request: RecordedRequest;
  readonly decidedAt: string;
  readonly policyVersion: string;
  /** Absent: taken before inputs were recorded, or for a person who was erased. */
  readonly inputs?: RecordedInputs;
  readonly then: Outcome;
}

/** A recorded decision, and what became of it. */
export interface PastDecision extends RecordedDecision {
  /** A provider took its message. */
  readonly sent: boolean;
  /** Attempts after the first. */
  readonly retries: number;
  /** It ended and surely nobody was reached: slot and money were given back then. */
  readonly givenBackAt?: string;
}

/** The record of a decision, from the two events that hold it. */
export function recordedDecision(
  requested: OutreachRequested,
  decision:
    | { readonly type: 'OutreachDecided'; readonly data: OutreachDecided }
    | { readonly type: 'OutreachRefused'; readonly data: OutreachRefused },
): RecordedDecision | undefined {
  const { tenantId: _tenant, subject: _subject, locale: _locale, via: _via, acceptedAt: _at, ...kept } = requested;
  const contacts = kept.contacts.map(({ mask: _mask, ...contact }) => contact);
  const request = { ...kept, contacts };
  if (decision.type === 'OutreachRefused') {
    const { step, reason, policyVersion, decidedAt, inputs } = decision.data;
    return { request, decidedAt, policyVersion, ...(inputs && { inputs }), then: { kind: 'refused', step, reason } };
  }
  const { legs, explanation, inputs } = decision.data;
  const [first, ...also] = legs.map(messageOf);
  if (!first) return undefined;
  const then: Contacted = { kind: 'contacted', ...first, ...(also.length > 0 && { also }) };
  const { decidedAt, policyVersion } = explanation;
  return { request, decidedAt, policyVersion, ...(inputs && { inputs }), then };
}

const messageOf = ({ leg, channel, contact, sendAt: at, cost, booking }: PlannedLeg): Message => ({
  ...{ leg, channel, ordinal: contact.ordinal, at, cost },
  until: booking?.until ?? new Date(Date.parse(at) + BOOKING_HOLDS_MS).toISOString(),
});

/** A replay is one tenant's; which, is not part of a record. */
export const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/** The rules a decision is replayed under. */
export type ReplayRules = Pick<DecisionInputs, 'policy' | 'campaign' | 'clock'>;

/** The command to take a recorded decision again. Undefined where its inputs are not known. */
export function replayCommand(
  { request, inputs: recorded, decidedAt, then }: RecordedDecision,
  { policy, campaign, clock }: ReplayRules,
): PlanLeg | undefined {
  if (!recorded) return undefined;
  const contacts = request.contacts.map((contact) => ({ ...contact, mask: '' }));
  const inputs: DecisionInputs = {
    ...replayInputs(contacts, recorded),
    policy,
    ...(recorded.w !== undefined && {
      hours: historyOfBest(
        then.kind === 'contacted' ? { ...request, channel: then.channel } : { channel: 'email' },
        recorded.w,
      ),
    }),
    // Whether a campaign rested is no matter of its settings.
    ...(campaign && { campaign: { ...campaign, status: recorded.q ?? 'active' } }),
    ...(clock && { clock }),
  };
  return { request: { ...request, ...NOT_ASKED, contacts }, inputs, now: decidedAt };
}

/** What no step of a decision looks at. */
const NOT_ASKED = { tenantId: NO_TENANT, via: 'bus', acceptedAt: '' } as const;
