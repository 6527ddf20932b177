/** Our own ids, as they come back from outside. */
export const OUR_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;

/** An attempt as it comes back, from 1 to 999,999; else undefined. */
export function attemptOf(value: unknown): number | undefined {
  const attempt = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return typeof attempt === 'number' && Number.isInteger(attempt) && attempt > 0 && attempt < 1_000_000
    ? attempt
    : undefined;
}
