import type { UnknownOutcome } from '../api/api.types.js';
import { relative } from '../parts/wording.js';

/** What ends an unknown outcome by itself, the next thing first. */
export function whatSettles({ settles, provider }: UnknownOutcome, now: number): string {
  const { nextLookUpAt, assumedSentAt } = settles;
  const asked = nextLookUpAt && `${provider} is asked ${when(nextLookUpAt, now)}`;
  const assumed = assumedSentAt && `taken for sent ${when(assumedSentAt, now)}`;
  return [asked, assumed].filter(Boolean).join('; ') || 'the provider’s webhook';
}

/** What is due already happens with the clock's next look. */
const when = (at: string, now: number): string => (Date.parse(at) <= now ? 'any moment' : relative(at, now));
