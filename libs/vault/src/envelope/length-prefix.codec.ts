/** Joins texts so that no two different lists give the same bytes: each part is preceded by its length (u32, big-endian). */
export function lengthPrefixed(parts: readonly string[]): Buffer {
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    pieces.push(length, bytes);
  }
  return Buffer.concat(pieces);
}
