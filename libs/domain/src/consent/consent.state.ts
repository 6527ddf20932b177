import type { Channel, ConsentEvent, ConsentGranted, ConsentPurpose } from '@homing/contracts';

/** One entry of the register, of one address. */
export type ConsentWord = (
  | ({ readonly kind: 'granted' } & Pick<ConsentGranted, 'evidence' | 'wording' | 'validUntil'>)
  | { readonly kind: 'withdrawn'; readonly evidence?: string }
) &
  Pick<ConsentGranted, 'consentId' | 'channel' | 'purpose' | 'source' | 'at' | 'by'>;

/** How consent for one channel and one purpose stands: as the latest word has it. */
export type ConsentStanding =
  | { readonly kind: 'granted'; readonly consentId: string; readonly validUntil?: string }
  | { readonly kind: 'withdrawn'; readonly consentId: string };

/** Words kept of one address on one topic. Of more the latest are, which decide. */
export const CONSENT_WORDS_KEPT = 200;

export interface ConsentTopic {
  readonly channel: Channel;
  readonly purpose: ConsentPurpose;
}

export function consentWordOf({ type, data }: ConsentEvent): ConsentWord {
  const { consentId, channel, purpose, source, at, by } = data;
  const word = { consentId, channel, purpose, source, at, ...(by === undefined ? {} : { by }) };
  if (type === 'ConsentWithdrawn') {
    const { evidence } = data;
    return { kind: 'withdrawn', ...word, ...(evidence === undefined ? {} : { evidence }) };
  }
  const { evidence, wording, validUntil } = data;
  return {
    ...{ kind: 'granted', ...word, evidence },
    ...(wording === undefined ? {} : { wording }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

/** The register with one more word, latest first; a word it has is not taken again. Its order is that of what was said, not of arrival. */
export function withConsentWord(words: readonly ConsentWord[], word: ConsentWord): readonly ConsentWord[] {
  if (words.some(({ consentId }) => consentId === word.consentId)) return words;
  const all = [...words, word].sort(latestFirst);
  const topic = all.filter((each) => each.channel === word.channel && each.purpose === word.purpose);
  const gone = topic[CONSENT_WORDS_KEPT];
  return gone ? all.filter((each) => each !== gone) : all;
}

/** The latest word on a topic; undefined where nothing was ever said. Of words of one moment a withdrawal counts. */
export const latestConsent = (
  words: readonly ConsentWord[],
  { channel, purpose }: ConsentTopic,
): ConsentWord | undefined => words.find((word) => word.channel === channel && word.purpose === purpose);

export function standingOf(word: ConsentWord): ConsentStanding {
  const { kind, consentId } = word;
  if (kind === 'withdrawn') return { kind, consentId };
  return { kind, consentId, ...(word.validUntil === undefined ? {} : { validUntil: word.validUntil }) };
}

function latestFirst(a: ConsentWord, b: ConsentWord): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.kind !== b.kind) return a.kind === 'withdrawn' ? -1 : 1;
  return a.consentId < b.consentId ? 1 : -1;
}
