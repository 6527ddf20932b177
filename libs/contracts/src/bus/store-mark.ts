/** Subject of the store's mark, on the stream `MARKS`, which keeps the last one only. */
export const STORE_MARK = 'store.mark';

/**
 * The last event of the event store that its reader has seen, kept outside of the store. A store that does not hold it where it
 * stood is not the one it was: it was restored from a backup, or another one answers.
 */
export interface StoreMark {
  /** How many restores had been confirmed. A mark of an earlier generation says nothing any more. */
  readonly generation: number;
  /** Position in `$all`, a decimal string. */
  readonly position: string;
  readonly stream: string;
  /** Decimal string. */
  readonly revision: string;
  /** When the store took it, by the store's clock. */
  readonly recordedAt: string;
  /** Since when a store answers that does not hold it. */
  readonly missingSince?: string;
}

const DECIMAL = /^\d{1,19}$/;

/** What a message or a row says, or undefined when it is no mark. */
export function readStoreMark(value: unknown): StoreMark | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { generation, position, stream, revision, recordedAt, missingSince } = value as Record<string, unknown>;
  if (typeof generation !== 'number' || !Number.isInteger(generation) || generation < 0) return undefined;
  if (!isDecimal(position) || !isDecimal(revision) || typeof stream !== 'string' || !isInstant(recordedAt))
    return undefined;
  if (missingSince !== undefined && !isInstant(missingSince)) return undefined;
  return { generation, position, stream, revision, recordedAt, ...(missingSince ? { missingSince } : {}) };
}

const isDecimal = (value: unknown): value is string => typeof value === 'string' && DECIMAL.test(value);
const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));

/** The later of two marks: of the later generation, else the further one; of the same one, the one that says it is missing. */
export function laterMark(a: StoreMark | undefined, b: StoreMark | undefined): StoreMark | undefined {
  if (!a || !b) return a ?? b;
  if (a.generation !== b.generation) return a.generation > b.generation ? a : b;
  if (a.position !== b.position) return BigInt(a.position) > BigInt(b.position) ? a : b;
  return a.missingSince === undefined ? b : a;
}
