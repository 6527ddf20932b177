import { SEND_AGAIN, SEND_ALONE, type SendResult } from '../channel.provider.js';
import { judgeFailure, type CallEnd } from './send-outcome.policy.js';

/**
 * Judges a call for many that was not answered with 2xx, for each of its personalizations. SendGrid takes all of a call or none of it.
 * Where it names whose address it refuses, that one is refused and the others go again; a refusal that names nobody, or something of
 * the company's making, is no word on any one message: each is to ask by itself. Everything else is true of each.
 */
export function judgeManyFailure(end: CallEnd, count: number): SendResult[] {
  const whole = judgeFailure(end);
  if (whole.kind !== 'rejected' || whole.class !== 'permanent') return Array.from({ length: count }, () => whole);
  const refused = refusedPlaces(end.body, count);
  return Array.from({ length: count }, (_, at): SendResult => {
    if (refused?.has(at)) return { kind: 'rejected', class: 'permanent', code: 'recipient_refused' };
    return { kind: 'rejected', class: 'retryable', code: refused ? SEND_AGAIN : SEND_ALONE };
  });
}

/** Undefined where any of the errors is about something else than the address of one personalization. */
function refusedPlaces(body: unknown, count: number): ReadonlySet<number> | undefined {
  const errors: unknown = typeof body === 'object' && body !== null ? (body as { errors?: unknown }).errors : undefined;
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const places = errors.map((error: unknown) => {
    const field = typeof error === 'object' && error !== null ? (error as { field?: unknown }).field : undefined;
    const at = typeof field === 'string' ? /^personalizations\.(\d{1,4})\.to(?:\.0(?:\.email)?)?$/.exec(field) : null;
    return at ? Number(at[1]) : count;
  });
  return places.every((place) => place < count) ? new Set(places) : undefined;
}
