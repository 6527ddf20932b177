import { CHANNELS, CONSENT_DEMANDS, isChannel } from '@homing/contracts';
import type { Channel, ConsentDemand, ConsentPurpose, LegConsent } from '@homing/contracts';
import type { ConsentStanding } from './consent.state.js';

/** For which messages each channel needs consent. A channel that is not named needs none. */
export type ConsentRules = Readonly<Partial<Record<Channel, ConsentDemand>>>;

/** SMS marketing needs prior consent by law, WhatsApp an opt-in by its terms; elsewhere unsubscribing at any time is what is owed. */
export const DEFAULT_CONSENT: ConsentRules = { sms: 'marketing', whatsapp: 'always' };

/** Who wrote to us on one of these may be answered there without more consent, as long as the provider's window is open. */
const ANSWERABLE: readonly Channel[] = ['whatsapp', 'facebook', 'instagram'];

/** Commercial is every message that does not say that it is not. */
export const purposeOf = (messageType: string): ConsentPurpose =>
  messageType === 'transactional' ? 'transactional' : 'marketing';

export const CONSENT_REFUSALS = ['consent_missing', 'consent_withdrawn', 'consent_expired'] as const;
export type ConsentRefusal = (typeof CONSENT_REFUSALS)[number];

export interface ConsentQuestion {
  readonly rules: ConsentRules;
  readonly channel: Channel;
  readonly purpose: ConsentPurpose;
  /** Absent: nothing was ever said. */
  readonly standing?: ConsentStanding | undefined;
  /** Instant of the message. */
  readonly at: string;
  /** The person wrote to us on this channel, within its window. */
  readonly answers?: boolean;
}

export type ConsentVerdict =
  /** `basis` is absent where none was required and none is known. */
  | { readonly kind: 'allowed'; readonly basis?: LegConsent }
  | { readonly kind: 'refused'; readonly reason: ConsentRefusal; readonly basis: LegConsent };

/**
 * Whether one message may go to one address, as far as consent goes. A withdrawal always counts, whatever is required; consent that
 * was given and has run out counts as none.
 */
export function weighConsent({ standing, at, ...question }: ConsentQuestion): ConsentVerdict {
  const required = isRequired(question);
  if (standing?.kind === 'withdrawn') return { kind: 'refused', reason: 'consent_withdrawn', basis: { required } };
  if (standing && isInForce(standing, at))
    return { kind: 'allowed', basis: { required, consentId: standing.consentId } };
  if (!required) return { kind: 'allowed' };
  return { kind: 'refused', reason: standing ? 'consent_expired' : 'consent_missing', basis: { required } };
}

const isInForce = ({ validUntil }: { readonly validUntil?: string }, at: string): boolean =>
  validUntil === undefined || Date.parse(validUntil) > Date.parse(at);

function isRequired({ rules, channel, purpose, answers = false }: Omit<ConsentQuestion, 'standing' | 'at'>): boolean {
  const demand = rules[channel] ?? 'never';
  const wanted = demand === 'always' || (demand === 'marketing' && purpose === 'marketing');
  return wanted && !(answers && ANSWERABLE.includes(channel));
}

/** How an installation's own demands are written: `channel:demand;...`. */
export const CONSENT_RULES_FORM = 'must be <channel>:<always|marketing|never>;... with each channel named once';

/** Undefined where it is not of the form. Channels that are not named keep the product's default. */
export function readConsentRules(text: string): ConsentRules | undefined {
  const found: Partial<Record<Channel, ConsentDemand>> = {};
  for (const part of text.split(';').map((each) => each.trim())) {
    if (part === '') continue;
    const [channel = '', said = '', ...more] = part.split(':').map((each) => each.trim());
    const demand = CONSENT_DEMANDS.find((each) => each === said);
    if (!isChannel(channel) || demand === undefined || more.length > 0 || found[channel]) return undefined;
    found[channel] = demand;
  }
  return found;
}

/** The narrower wins, channel by channel. */
export const consentRulesOf = (...widerFirst: readonly (ConsentRules | undefined)[]): ConsentRules =>
  Object.assign({}, ...widerFirst) as ConsentRules;

/** What a version is called that demands something else than the product; empty where it does not. */
export function consentVersion(rules: ConsentRules): string {
  const named = CHANNELS.filter((channel) => (rules[channel] ?? 'never') !== (DEFAULT_CONSENT[channel] ?? 'never'));
  return named.length === 0 ? '' : `@consent:${named.map((each) => `${each}=${rules[each] ?? 'never'}`).join(',')}`;
}
