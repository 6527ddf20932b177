/** An ISO 8601 instant with its zone, between 2001 and 2100, in UTC; undefined for anything else. */
export function isoInstant(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/.test(value))
    return undefined;
  return between(Date.parse(value));
}

/** Unix seconds as a number or as digits, between 2001 and 2100; undefined for anything else. */
export function unixInstant(value: unknown): string | undefined {
  const seconds = typeof value === 'string' && /^\d{10}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' ? between(seconds * 1_000) : undefined;
}

const between = (ms: number): string | undefined =>
  ms >= 1e12 && ms < 4.1e12 ? new Date(Math.floor(ms)).toISOString() : undefined;
