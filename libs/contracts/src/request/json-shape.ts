/** Deepest nesting of a request, objects and lists together. */
export const MAX_DEPTH = 32;

/** True when a JSON value is nested deeper than `MAX_DEPTH`. Never recurses deeper than that itself. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth >= MAX_DEPTH) return true;
  return Object.values(value).some((part) => isTooDeep(part, depth + 1));
}

/** True when some text in it, names included, holds half a surrogate pair: no UTF-8 can carry that, so no store can keep it. */
export function isIllFormed(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, part]) => !name.isWellFormed() || isIllFormed(part));
}

/** Free JSON of the caller, in which null is a value like any other. */
const FREE: ReadonlySet<string> = new Set(['metadata', 'content.data']);

/**
 * A copy without properties that are null: many serialisers write what is absent as null. Free JSON of the caller
 * (`metadata`, `content.data`) is left as it is.
 */
export function withoutNulls(value: unknown, path = ''): unknown {
  if (typeof value !== 'object' || value === null || FREE.has(path)) return value;
  if (Array.isArray(value)) return value.map((part) => withoutNulls(part, `${path}[]`));
  const kept = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(kept.map(([name, part]) => [name, withoutNulls(part, path ? `${path}.${name}` : name)]));
}
