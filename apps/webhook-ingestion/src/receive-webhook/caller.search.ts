import type { WebhookAnswers, WebhookCaller, WebhookParser } from '@homing/channels';

/** One provider that may call, and the keys it signs with now. */
export type Caller = WebhookCaller;

/** Of an account whose owner is known: it speaks for that tenant and no other. */
export interface AccountCaller extends Caller {
  readonly tenantId?: string;
  /** What its owner gave the provider with the address, for challenges; absent: the installation's words stand. */
  readonly words?: readonly string[];
}

/** Whom a webhook's path names: `/webhooks/<provider>`, or one account there, `/webhooks/<provider>/<account>`. */
export interface CalledPlace {
  readonly provider: string;
  readonly account?: string;
}

export type FoundCaller =
  | { readonly kind: 'unknown-provider' }
  /** Which keys are in force is not known yet: it must come again. */
  | { readonly kind: 'unready' }
  | { readonly kind: 'caller'; readonly caller: AccountCaller };

/** The accounts whose keys came over the bus. */
export interface AccountBook {
  find(place: Required<CalledPlace>, now: number): FoundCaller;
  /** How many keys of how many accounts are in force; for health. */
  accounts(now: number): readonly (Required<CalledPlace> & { readonly keys: number })[];
}

export interface Callers {
  /** The installation's own account at each provider, its keys from the environment. */
  readonly callers: ReadonlyMap<string, Caller>;
  /** Parsers of every provider there is, with or without an own account. Default: those of `callers`. */
  readonly parsers?: ReadonlyMap<string, WebhookParser>;
  readonly accounts?: AccountBook;
}

export function findCaller({ callers, accounts }: Callers, place: CalledPlace, now: number): FoundCaller {
  const { provider, account } = place;
  if (account !== undefined) return accounts?.find({ provider, account }, now) ?? { kind: 'unknown-provider' };
  const caller = callers.get(provider);
  return caller ? { kind: 'caller', caller } : { kind: 'unknown-provider' };
}

export const parserOf = ({ callers, parsers }: Callers, provider: string): WebhookParser | undefined =>
  parsers?.get(provider) ?? callers.get(provider)?.parser;

/** What this provider is answered; of one we do not know, nothing special. */
export const answersOf = (callers: Callers, provider: string): WebhookAnswers =>
  parserOf(callers, provider)?.answers ?? {};
