/** Deeper than any field that is read. */
const DEEPEST = 32;

/** The same text for the same value however its keys were ordered and spaced; what lies deeper than 32 levels is left out. Never throws. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value, 0)) ?? '';

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return null;
  if (Array.isArray(value)) return value.map((each) => sorted(each, depth + 1));
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, sorted(inner, depth + 1)]);
}
