import { LAST_REVISION } from './stored-event.model.js';

/** What a stream's metadata asks of its reads. Absent fields ask nothing. */
export interface StreamMetadata {
  /** Events below this revision are hidden (`$tb`). */
  readonly truncateBefore?: bigint;
  /** Only the last so many events are shown (`$maxCount`). */
  readonly maxCount?: bigint;
  /** Events older than so many seconds are hidden (`$maxAge`). */
  readonly maxAgeSeconds?: number;
}

type Reviver = (this: object, key: string, value: unknown, context: { source?: string }) => unknown;
/** `JSON.parse` with source text (ES2026, in Node 22 and later): big numbers keep their digits. */
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): object }).rawJSON;

/** Parses a JSON object whose numbers stay the text they were; undefined when it is not an object. */
function parseExact(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const parsed = parse(Buffer.from(bytes).toString('utf8'), (_key, value, context) =>
      typeof value === 'number' && context.source !== undefined ? rawJson(context.source) : value,
    );
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function wholeNumber(value: unknown): bigint | undefined {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined;
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Reads the metadata a `$metadata` event carries. Malformed metadata asks nothing, as on a real node. */
export function parseStreamMetadata(bytes: Uint8Array): StreamMetadata {
  const fields = parseExact(bytes);
  if (!fields) return {};
  const truncateBefore = wholeNumber(fields['$tb']);
  const maxCount = wholeNumber(fields['$maxCount']);
  const maxAge = wholeNumber(fields['$maxAge']);
  return {
    ...(truncateBefore !== undefined && { truncateBefore }),
    ...(maxCount !== undefined && maxCount > 0n && { maxCount }),
    ...(maxAge !== undefined && maxAge > 0n && { maxAgeSeconds: Number(maxAge) }),
  };
}

export const isSoftDeleted = (metadata: StreamMetadata): boolean => metadata.truncateBefore === LAST_REVISION;

/** The same metadata with another `$tb`; every other field keeps its exact text. */
export function withTruncateBefore(bytes: Uint8Array, revision: bigint): Uint8Array {
  const fields = parseExact(bytes) ?? {};
  return Buffer.from(JSON.stringify({ ...fields, $tb: rawJson(revision.toString()) }));
}
