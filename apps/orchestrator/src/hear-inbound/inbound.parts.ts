import type { InboundReceived, ProviderInbound, ProviderSignal } from '@homing/contracts';
import type { OutreachState } from '@homing/domain';
import type { Folded } from '@homing/event-store';
import type { SystemQueries } from '@homing/read-model';
import type { InboundFile, InboundPark, OpenInbound } from '@homing/vault/desk';
import type { Fingerprinter } from '@homing/vault/seal';
import type { SenderBook, SuppressionStore } from '@homing/vault/suppression';
import type { HeardWord } from '../answer-words/word.answerer.js';
import type { MessageMatcher } from '../match-signals/message.matcher.js';
import type { ContactKeeper } from '../suppress-contact/contact.keeper.js';

/** Everything needed to hear what people write. */
export interface InboundParts {
  /** The desk's: rejects with `EnvelopeError` for what was not sealed to it. */
  readonly open: OpenInbound;
  readonly fingerprinter: Pick<Fingerprinter, 'address'>;
  readonly book: SenderBook;
  readonly suppressions: Pick<SuppressionStore, 'suppressedContacts'>;
  readonly contacts: Pick<ContactKeeper, 'record'>;
  readonly queries: Pick<SystemQueries, 'attemptsByProviderMessage' | 'recentAttempts'>;
  readonly foldedStates: (outreachIds: readonly string[]) => Promise<ReadonlyMap<string, Folded<OutreachState>>>;
  /** As its stream says, whatever is projected. */
  readonly outreachOf: (outreachId: string) => Promise<OutreachState>;
  /** Whether the projection has come to where a message arrived. */
  readonly projection: Pick<MessageMatcher, 'standingOf' | 'forget'>;
  /** Where waits what the projection has not come to in time. */
  readonly park: Pick<InboundPark, 'park'>;
  /** Records facts as if a provider had said them. */
  readonly record: (signals: readonly ProviderSignal[]) => Promise<readonly PromiseSettledResult<void>[]>;
  readonly file: Pick<InboundFile, 'file'>;
  /** Resolves when the bus has it. */
  readonly announce: (received: InboundReceived) => Promise<void>;
  /** The same for the same message of the same provider; another where another tenant's account was told of it. */
  readonly inboundId: (message: Pick<ProviderInbound, 'provider' | 'eventDigest' | 'tenantId'>) => string;
  /** Answers a word where its tenant wants that: once, however often it is heard. */
  readonly answer: (word: HeardWord) => Promise<void>;
  readonly now: () => string;
}
