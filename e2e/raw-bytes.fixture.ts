import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Where something was found, with the bytes around it. */
export interface Finding {
  readonly file: string;
  readonly form: string;
  readonly around: string;
}

/** The forms in which a text may lie in a file: as it is, in capitals, UTF-16, hexadecimal, base64 at each alignment. */
export function formsOf(text: string): ReadonlyMap<string, Buffer> {
  const hex = Buffer.from(text).toString('hex');
  const forms = new Map<string, Buffer>([
    ['utf8', Buffer.from(text)],
    ['capitals', Buffer.from(text.toUpperCase())],
    ['utf16', Buffer.from(text, 'utf16le')],
    ['hex', Buffer.from(hex)],
    ['hex capitals', Buffer.from(hex.toUpperCase())],
  ]);
  for (const before of [0, 1, 2]) {
    // Whatever stands before and after: the letters in between are the same.
    const encoded = Buffer.from('\0'.repeat(before) + text).toString('base64');
    forms.set(`base64 +${before}`, Buffer.from(encoded.slice(before === 0 ? 0 : before + 1, -4)));
  }
  return forms;
}

/** Looks for the text in the raw bytes of every file below the folder, whatever it is. */
export function findInFiles(folder: string, text: string, exempt: readonly string[] = []): Finding[] {
  const forms = formsOf(text);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return paths
    .filter((path) => !exempt.some((name) => relative(folder, path).startsWith(`${name}/`)))
    .flatMap((path) =>
      findInBytes(readFileSync(path), forms).map((found) => ({ file: relative(folder, path), ...found })),
    );
}

function findInBytes(bytes: Buffer, forms: ReadonlyMap<string, Buffer>): Omit<Finding, 'file'>[] {
  const found: Omit<Finding, 'file'>[] = [];
  for (const [form, needle] of forms) {
    const seen = new Set<string>();
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
      const end = at + needle.length;
      // One finding for each thing that goes on differently after the text.
      const after = /^[a-z]*/.exec(bytes.subarray(end, end + 20).toString('latin1'))?.[0] ?? '';
      if (seen.has(after)) continue;
      seen.add(after);
      const around = bytes.subarray(Math.max(0, at - 80), end + 80).toString('latin1');
      found.push({ form, around: around.replace(/[^\x20-\x7e]/g, '.') });
    }
  }
  return found;
}
