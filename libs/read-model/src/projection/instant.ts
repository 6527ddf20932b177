const FIRST = Date.parse('0001-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * An instant as the rows hold it: UTC with milliseconds. Providers state some of these times, so one that is none, or that
 * Postgres could not hold, gives the fallback instead of stopping the projection.
 */
export function instant(text: string | undefined, fallback: string): string {
  const time = Date.parse(text ?? '');
  return time >= FIRST && time <= LAST ? new Date(time).toISOString() : fallback;
}

/** Like `instant`, with null for what is absent or unreadable. */
export function instantOrNull(text: string | undefined): string | null {
  return instant(text, '') || null;
}

/** The first of several; null when there is none. */
export function earliest(...texts: readonly (string | null | undefined)[]): string | null {
  const known = texts.map((text) => instantOrNull(text ?? undefined)).filter((text) => text !== null);
  return known.length === 0 ? null : known.reduce((first, text) => (text < first ? text : first));
}
