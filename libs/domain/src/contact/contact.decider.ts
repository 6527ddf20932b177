import type {
  Channel,
  ConsentEvent,
  ConsentPurpose,
  ConsentSource,
  ContactEvent,
  LiftReason,
  ProviderFact,
  SuppressionReason,
} from '@homing/contracts';
import { decideAnswer, type AnswerWord } from './answer-word.decider.js';
import { suppressionsOf, type ContactState } from './contact.state.js';

interface AboutContact {
  readonly tenantId: string;
  readonly fingerprint: string;
  readonly channel: Channel;
  readonly causationId: string;
  readonly by?: string;
  readonly note?: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly now: string;
}

export interface SuppressContact extends AboutContact {
  readonly kind: 'suppress';
  readonly reason: SuppressionReason;
  readonly mask?: string;
  /** When it happened, as far as anybody says so. What lies in the future happened now. Default `now`. */
  readonly at?: string;
}

/** The person wants to be written to again: undoes an unsubscription, never a bounce, a complaint or an operator's word. */
export interface ResubscribeContact extends AboutContact {
  readonly kind: 'resubscribe';
  readonly at?: string;
}

/** An operator's word undoes every reason in force. */
export interface LiftSuppression extends AboutContact {
  readonly kind: 'lift';
  readonly because: LiftReason;
}

interface AboutConsent extends Omit<AboutContact, 'note'> {
  /** Of the entry: the same for the same word. */
  readonly consentId: string;
  readonly purpose: ConsentPurpose;
  readonly source: ConsentSource;
  /** When it was said. What lies in the future was said now. Default `now`. */
  readonly at?: string;
}

/** The person allows messages for one purpose by one channel. */
export interface GrantConsent extends AboutConsent {
  readonly kind: 'grant_consent';
  readonly evidence: string;
  readonly wording?: string;
  readonly validUntil?: string;
}

/** The person allows them no more. */
export interface WithdrawConsent extends AboutConsent {
  readonly kind: 'withdraw_consent';
  readonly evidence?: string;
}

export type ContactCommand =
  SuppressContact | ResubscribeContact | LiftSuppression | GrantConsent | WithdrawConsent | AnswerWord;

/**
 * What is to be recorded of an address. Whether it is suppressed is a function of the SET of what was said of it: of each reason
 * the latest word counts, whatever order the words came in and however often. Nothing to record: nothing new was said.
 */
export function decideContact(state: ContactState, command: ContactCommand): readonly ContactEvent[] {
  // Fingerprints are a tenant's own: another tenant's word about one is nobody's.
  if (state.status === 'known' && state.tenantId !== command.tenantId) return [];
  switch (command.kind) {
    case 'suppress':
      return suppress(state, command);
    case 'resubscribe':
      return resubscribe(state, command);
    case 'lift':
      return lift(state, command);
    case 'grant_consent':
    case 'withdraw_consent':
      return keepConsent(state, command);
    case 'answer':
      return decideAnswer(state, command);
  }
}

function suppress(state: ContactState, command: SuppressContact): readonly ContactEvent[] {
  const { reason, mask } = command;
  const at = happenedAt(command);
  const inForce = suppressionsOf(state).some((suppression) => suppression.reason === reason);
  const known = state.status === 'known' ? state.marks[reason]?.suppressed?.at : undefined;
  // An operator who says it again says nothing new; a provider's later word outlives a lift that lies between.
  if (known !== undefined && (known >= at || (reason === 'manual' && inForce))) return [];
  return [
    { type: 'ContactSuppressed', data: { ...about(command), reason, at, ...(mask === undefined ? {} : { mask }) } },
  ];
}

function resubscribe(state: ContactState, command: ResubscribeContact): readonly ContactEvent[] {
  const at = happenedAt(command);
  const known = state.status === 'known' ? state.marks.unsubscribe?.liftedAt : undefined;
  if (known !== undefined && known >= at) return [];
  const data = { ...about(command), reason: 'unsubscribe', because: 'resubscribed', at } as const;
  return [{ type: 'ContactUnsuppressed', data }];
}

function lift(state: ContactState, command: LiftSuppression): readonly ContactEvent[] {
  const { because, now } = command;
  return suppressionsOf(state).map(({ reason, since }) => {
    const at = now > since ? now : justAfter(since);
    return { type: 'ContactUnsuppressed', data: { ...about(command), reason, because, at } };
  });
}

/** Every word is kept, the old one too: a register shows what was said, and the latest word counts. */
function keepConsent(state: ContactState, command: GrantConsent | WithdrawConsent): readonly ConsentEvent[] {
  const { consentId, purpose, source, evidence } = command;
  const { consents = [] } = state.status === 'known' ? state : {};
  if (consents.some((word) => word.consentId === consentId)) return [];
  const data = { ...about(command), consentId, purpose, source, at: happenedAt(command) };
  if (command.kind === 'withdraw_consent')
    return [{ type: 'ConsentWithdrawn', data: { ...data, ...(evidence === undefined ? {} : { evidence }) } }];
  const { wording, validUntil } = command;
  return [
    {
      type: 'ConsentGranted',
      data: {
        ...data,
        evidence: command.evidence,
        ...(wording === undefined ? {} : { wording }),
        ...(validUntil === undefined ? {} : { validUntil: new Date(Date.parse(validUntil)).toISOString() }),
      },
    },
  ];
}

const happenedAt = ({ at, now }: Pick<SuppressContact, 'at' | 'now'>): string => {
  if (at === undefined) return now;
  const said = new Date(Date.parse(at)).toISOString();
  return said < now ? said : now;
};

const justAfter = (instant: string): string => new Date(Date.parse(instant) + 1).toISOString();

const about = ({ tenantId, fingerprint, channel, causationId, by, note }: AboutContact) => ({
  tenantId,
  fingerprint,
  channel,
  causationId,
  ...(by === undefined ? {} : { by }),
  ...(note === undefined ? {} : { note }),
});

/**
 * Why an address is held back that a provider refused because it stands on its own list; undefined: refused for anything else. A list that an
 * operator keeps there is an operator's word; one whose reason is not known is taken for what such lists are mostly made of.
 */
export function refusalReasonOf(answer: {
  readonly class: string;
  readonly code: string;
}): SuppressionReason | undefined {
  if (answer.class !== 'suppressed') return undefined;
  switch (answer.code) {
    case 'bounced_address':
      return 'hard_bounce';
    case 'spam_reporting_address':
      return 'complaint';
    case 'rejection_list':
      return 'manual';
    default:
      return 'unsubscribe';
  }
}

/** What a provider's word about one attempt says about the address itself; most say nothing. */
export function contactWordOf(
  fact: Pick<ProviderFact, 'fact' | 'subtype' | 'code'>,
): { readonly kind: 'suppress'; readonly reason: SuppressionReason } | { readonly kind: 'resubscribe' } | undefined {
  switch (fact.fact) {
    case 'bounced':
      return fact.subtype === 'soft' ? undefined : { kind: 'suppress', reason: 'hard_bounce' };
    case 'complained':
      return { kind: 'suppress', reason: 'complaint' };
    case 'unsubscribed':
      return { kind: 'suppress', reason: 'unsubscribe' };
    case 'failed':
    case 'dropped':
      // Not sent because the person has told the provider to stop: nobody was reached, and nobody may be.
      return fact.code === 'opted_out' ? { kind: 'suppress', reason: 'unsubscribe' } : undefined;
    case 'resubscribed':
      return { kind: 'resubscribe' };
    default:
      return undefined;
  }
}
