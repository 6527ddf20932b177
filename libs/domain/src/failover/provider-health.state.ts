/** All times in milliseconds of one clock that never goes back. */

/** What one call says of its provider, whatever it says of the message. */
export type CallVerdict =
  /** It works: it took the message, or refused this one for what it is. */
  | { readonly kind: 'good' }
  /** It does not: refused for no reason of the message's, fell silent, or gave no answer that means anything. */
  | { readonly kind: 'bad' }
  /** It has enough for now. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /** It does not know us. */
  | { readonly kind: 'auth' };

export interface ProviderCall {
  readonly verdict: CallVerdict;
  readonly startedAt: number;
  readonly endedAt: number;
}

export type StopCause = 'errors' | 'auth';

/**
 * - `healthy`: takes everything meant for it
 * - `slow`: much slower than another of its channel; takes a small part, by which it is measured
 * - `stopped`: takes nothing until `until`, then one trial at a time; `times` in a row
 * - `returning`: takes `share` of what is meant for it, more and more
 */
export type ProviderStanding =
  | { readonly kind: 'healthy'; readonly since: number }
  | { readonly kind: 'slow'; readonly since: number }
  | {
      readonly kind: 'stopped';
      readonly since: number;
      readonly cause: StopCause;
      readonly until: number;
      readonly times: number;
      /** When the trial that is under way began. */
      readonly trialAt?: number;
    }
  | {
      readonly kind: 'returning';
      readonly since: number;
      readonly share: number;
      readonly good: number;
      readonly times: number;
    };

/** What a gateway has seen of one provider. */
export interface ProviderHealth {
  readonly standing: ProviderStanding;
  /** The last calls that began since the standing did; oldest first. */
  readonly recent: readonly { readonly at: number; readonly good: boolean; readonly ms: number }[];
  /** It asked to be left alone until then. */
  readonly restsUntil: number;
}

export const unseenProvider: ProviderHealth = {
  standing: { kind: 'healthy', since: -Infinity },
  recent: [],
  restsUntil: -Infinity,
};
