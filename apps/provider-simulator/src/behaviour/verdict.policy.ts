import { chance } from './chance.policy.js';
import { within, type Behaviour } from './behaviour.js';

/** What happens to one call, decided before it happens. */
export type Verdict =
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'error'; readonly status: number }
  | { readonly kind: 'throttle' }
  | { readonly kind: 'proceed'; readonly then: 'answer' | 'drop' | 'hang'; readonly answerDelayMs: number };

/** A call's fate in a word, for counting. */
export type Fate = 'answered' | 'late' | 'error' | 'throttle' | 'drop' | 'hang' | 'drop-after' | 'hang-after';

/** `late`: answered after a wait that was ordered. */
export function fateOf({ latencyMs, verdict }: { latencyMs: number; verdict: Verdict }): Fate {
  if (verdict.kind !== 'proceed') return verdict.kind;
  if (verdict.then !== 'answer') return `${verdict.then}-after`;
  return latencyMs + verdict.answerDelayMs > 0 ? 'late' : 'answered';
}

/** `key` names the call: the same key always meets the same fate. */
export function judgeCall(behaviour: Behaviour, seed: string, key: string): { latencyMs: number; verdict: Verdict } {
  const roll = (purpose: string) => chance(seed, key, purpose);
  const latencyMs = within(behaviour.latencyMs, roll('latency'));
  return { latencyMs, verdict: verdictOf(behaviour, roll) };
}

function verdictOf(behaviour: Behaviour, roll: (purpose: string) => number): Verdict {
  if (roll('hang') < behaviour.hangs) return { kind: 'hang' };
  if (roll('drop-before') < behaviour.dropBeforeAccept) return { kind: 'drop' };
  let left = roll('error');
  for (const [status, rate] of Object.entries(behaviour.errorRates)) {
    if (left < rate) return { kind: 'error', status: Number(status) };
    left -= rate;
  }
  if (roll('throttle') < behaviour.throttle.rate) return { kind: 'throttle' };
  const dropped = roll('drop-after') < behaviour.dropAfterAccept;
  const hung = roll('hang-after') < behaviour.hangsAfterAccept;
  const answerDelayMs = within(behaviour.answerDelayMs, roll('answer-delay'));
  return { kind: 'proceed', then: dropped ? 'drop' : hung ? 'hang' : 'answer', answerDelayMs };
}

/** Headers of a throttled answer in the style asked for. `now` in milliseconds. */
export function throttleHeaders(
  { style, retryAfterSeconds }: Behaviour['throttle'],
  now: number,
): Record<string, string> {
  const reset = now + retryAfterSeconds * 1000;
  switch (style) {
    case 'retry-after':
      return { 'Retry-After': String(Math.ceil(retryAfterSeconds)) };
    case 'retry-after-date':
      return { 'Retry-After': new Date(reset).toUTCString() };
    case 'x-ratelimit-reset':
      return { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(Math.ceil(reset / 1000)) };
    case 'x-rate-limit-reset':
      return { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(Math.ceil(reset / 1000)) };
    case 'none':
      return {};
  }
}
