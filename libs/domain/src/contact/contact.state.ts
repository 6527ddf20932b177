import {
  SUPPRESSION_REASONS,
  type Channel,
  type ContactEvent,
  type ContactSuppressed,
  type SuppressionEvent,
  type SuppressionReason,
} from '@homing/contracts';
import { withAnswered, type AnsweredWords } from './answered-words.state.js';
import { consentWordOf, withConsentWord, type ConsentWord } from '../consent/consent.state.js';

/** One address of one tenant, folded from its stream. Plain JSON. */
export type ContactState = { readonly status: 'unknown' } | KnownContact;

export interface KnownContact {
  readonly status: 'known';
  readonly tenantId: string;
  readonly fingerprint: string;
  readonly channel: Channel;
  readonly mask?: string;
  readonly marks: Readonly<Partial<Record<SuppressionReason, ReasonMark>>>;
  /** Of its person, latest first. Absent: none. */
  readonly consents?: readonly ConsentWord[];
  /** The latest STOP and START that were answered. Absent: none. */
  readonly answered?: AnsweredWords;
}

/** The latest of each that is known about one reason; which of the two is later decides. */
export interface ReasonMark {
  readonly suppressed?: Pick<ContactSuppressed, 'at' | 'by' | 'note'>;
  readonly liftedAt?: string;
}

export const unknownContact: ContactState = { status: 'unknown' };

export function evolveContact(state: ContactState, event: ContactEvent): ContactState {
  const known = state.status === 'known' ? state : begin(event);
  switch (event.type) {
    case 'ContactSuppressed':
    case 'ContactUnsuppressed':
      return withReason(known, event);
    case 'ConsentGranted':
    case 'ConsentWithdrawn':
      return { ...known, consents: withConsentWord(known.consents ?? [], consentWordOf(event)) };
    case 'WordAnswered':
      return { ...known, answered: withAnswered(known.answered, event.data) };
    default:
      return unreadable(event, state);
  }
}

function withReason(known: KnownContact, event: SuppressionEvent): KnownContact {
  const { reason, at } = event.data;
  const mark = known.marks[reason] ?? {};
  switch (event.type) {
    case 'ContactSuppressed': {
      if (mark.suppressed && mark.suppressed.at >= at) return known;
      const { by, note, mask } = event.data;
      const suppressed = { at, ...(by === undefined ? {} : { by }), ...(note === undefined ? {} : { note }) };
      return { ...withMark(known, reason, { ...mark, suppressed }), ...(mask === undefined ? {} : { mask }) };
    }
    case 'ContactUnsuppressed':
      if (mark.liftedAt !== undefined && mark.liftedAt >= at) return known;
      return withMark(known, reason, { ...mark, liftedAt: at });
  }
}

const begin = ({ data }: ContactEvent): KnownContact => {
  const { tenantId, fingerprint, channel } = data;
  return { status: 'known', tenantId, fingerprint, channel, marks: {} };
};

const withMark = (state: KnownContact, reason: SuppressionReason, mark: ReasonMark): KnownContact => ({
  ...state,
  marks: { ...state.marks, [reason]: mark },
});

/** A type this version does not know (written by a newer one) changes nothing here. */
const unreadable = (_event: never, state: ContactState): ContactState => state;

/** One reason in force. */
export interface Suppression {
  readonly reason: SuppressionReason;
  readonly since: string;
  readonly by?: string;
  readonly note?: string;
}

/** Every reason in force, longest first; none: the address is free. A tie keeps it suppressed. */
export function suppressionsOf(state: ContactState): readonly Suppression[] {
  if (state.status === 'unknown') return [];
  return SUPPRESSION_REASONS.flatMap((reason): Suppression[] => {
    const { suppressed, liftedAt } = state.marks[reason] ?? {};
    if (!suppressed || (liftedAt !== undefined && liftedAt > suppressed.at)) return [];
    const { at: since, ...who } = suppressed;
    return [{ reason, since, ...who }];
  }).sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
}
