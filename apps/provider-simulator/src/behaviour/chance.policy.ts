import { createHash } from 'node:crypto';

/** Bytes that depend on the parts alone: the same seed and the same messages give the same run, in whatever order they come. */
export function digestOf(...parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** A number from 0 (included) to 1 (excluded) that depends on the parts alone. */
export function chance(...parts: readonly (string | number)[]): number {
  return digestOf(...parts).readUInt32BE(0) / 2 ** 32;
}
