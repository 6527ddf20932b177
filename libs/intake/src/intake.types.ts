import type { AnsweredWord, FieldFault, OutreachRequested, OutreachRequestDto } from '@homing/contracts';
import type { ChannelInputs } from '@homing/domain';

/** One request as a door (bus or API) hands it in: read and syntactically valid, its tenant already authenticated. */
export interface IntakeItem {
  readonly tenantId: string;
  readonly via: 'bus' | 'api';
  /** CloudEvents source, or `api`: part of the outreach's identity. */
  readonly source: string;
  readonly requestId: string;
  readonly request: OutreachRequestDto;
  /** ISO instant. */
  readonly receivedAt: string;
  /** When it was put into our hands, where that was earlier: it may have waited on the bus. Its deadline is judged by this. */
  readonly offeredAt?: string;
  /** Sealed for a batch that is not accepted yet: nobody feeds it before the batch does. Default false. */
  readonly held?: boolean;
  /** It answers a word that its recipient wrote. No door hands this in: Homing alone makes such requests. */
  readonly answers?: AnsweredWord;
}

export type IntakeResult =
  /** Sealed and durable: from here on it cannot be lost. `repeated` when the same request had been taken in before. */
  | {
      readonly kind: 'accepted' | 'repeated';
      readonly outreachId: string;
      /** When it was taken in the first time. */
      readonly acceptedAt?: string;
    }
  /** Never going to be acceptable as it stands; nothing was stored. */
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] }
  /** The same request id with other content: the first stands, this one was not stored. */
  | { readonly kind: 'different_content'; readonly outreachId: string };

/** An accepted request as the orchestrator decides on it: nothing personal. */
export interface AcceptedRequest {
  readonly requested: OutreachRequested;
  readonly inputs: GatheredInputs;
}

/** What intake looked up for the decision, kept beside the seal so that a re-run decides on the same. */
export interface GatheredInputs extends ChannelInputs {
  /** Hours of the day (0 to 23) at which the person likes to be reached. */
  readonly preferredHours?: readonly number[];
  readonly campaign?: { readonly status: 'active' | 'paused' | 'stopped' };
}

/** The part of `AcceptedRequest` that the vault keeps in clear beside the sealed request. */
export interface StoredDecisionInput {
  readonly requested: Omit<OutreachRequested, 'personId' | 'contacts' | 'acceptedAt' | 'expiresAt'> & {
    readonly expiresAt?: string;
  };
  readonly inputs: GatheredInputs;
}
