/** Lines of a mail that are read, headers included: the reader's cost is one of lines, whatever is on them. */
export const MOST_LINES = 20_000;
/** Lines that could begin a part of it. More than any mail of people or machines has. */
export const MOST_PART_LINES = 1_000;

const [LF, DASH] = [10, 45];

/**
 * The beginning of a mail, as far as it is read: up to 20,000 lines and 1,000 lines that begin with two dashes, in one pass over its bytes.
 * What people write stands in front; what is cut off is the end of an attachment, or a mail made to be slow to read.
 */
export function boundedMail(raw: Uint8Array): Uint8Array {
  let [lines, parts] = [0, 0];
  for (let start = 0; start < raw.length;) {
    if (lines === MOST_LINES || (parts += isPartLine(raw, start) ? 1 : 0) > MOST_PART_LINES)
      return raw.subarray(0, start);
    lines += 1;
    start = lineEnd(raw, start);
  }
  return raw;
}

const isPartLine = (raw: Uint8Array, at: number): boolean => raw[at] === DASH && raw[at + 1] === DASH;

/** Where the next line begins: a line feed alone ends one, as the reader has it. */
function lineEnd(raw: Uint8Array, start: number): number {
  const end = raw.indexOf(LF, start);
  return end === -1 ? raw.length : end + 1;
}
