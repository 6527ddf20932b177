/** Answer headers with lower-case names. */
export type AnswerHeaders = Readonly<Record<string, unknown>>;

const LONGEST_SECONDS = 24 * 3600;

/**
 * How long a provider asks us to wait, in whole seconds from 0 to 86,400: `Retry-After` as seconds or as a date, else the
 * reset instant (unix seconds) of `X-RateLimit-Reset` or `X-Rate-Limit-Reset`, measured against the answer's own `Date` if it
 * has one, so that a wrong clock here does not matter. Undefined when it says nothing readable.
 */
export function retryAfterSeconds(headers: AnswerHeaders, now: number): number | undefined {
  const text = (name: string) => (typeof headers[name] === 'string' ? headers[name].trim() : '');
  const answered = Date.parse(text('date'));
  const from = Number.isNaN(answered) ? now : answered;
  const asked = text('retry-after');
  if (/^\d{1,9}$/.test(asked)) return bounded(Number(asked));
  const date = Date.parse(asked);
  if (!Number.isNaN(date)) return bounded((date - from) / 1000);
  const reset = text('x-ratelimit-reset') || text('x-rate-limit-reset');
  return /^\d{9,11}$/.test(reset) ? bounded(Number(reset) - from / 1000) : undefined;
}

const bounded = (seconds: number) => Math.min(LONGEST_SECONDS, Math.max(0, Math.ceil(seconds)));
