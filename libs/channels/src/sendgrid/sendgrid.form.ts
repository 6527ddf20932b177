import { readMultipart } from '../form-body.reader.js';
import { readRecord, type Json } from '../json.reading.js';

/** A mail to us as Inbound Parse posts it. */
export interface SendgridForm {
  /** As text, in the charset the form states for it (`charsets`); '' where there is none. Beyond a million bytes it is cut. */
  text(name: string): string;
  /** As the bytes they are, of a mail that is posted raw (`email`). */
  bytes(name: string): Buffer | undefined;
}

const MOST_BYTES = 1_000_000;

/** The posted events are JSON. What a signature covers decides: the content type is not signed. */
export const isForm = (rawBody: Uint8Array): boolean => rawBody[0] === 0x2d && rawBody[1] === 0x2d;

/**
 * The form, its files left out; undefined for what is none. SendGrid's border (`xYzZY`) is known to everyone, and whoever writes it into a
 * mail can make fields of it: a form with a field twice, or that ends before its end, is refused as a whole.
 */
export function readSendgridForm(rawBody: Uint8Array): SendgridForm | undefined {
  const body = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength);
  const border = /^--([^\r\n"]{1,70})\r\n/.exec(body.toString('latin1', 0, 80))?.[1];
  const fields = border && readMultipart(body, border, { encoding: 'latin1', strict: true });
  if (!fields) return undefined;
  const charsets = readRecord(fields.get('charsets') ?? '') ?? {};
  return {
    text: (name) => decoded((fields.get(name) ?? '').slice(0, MOST_BYTES), charsetOf(charsets, name)),
    bytes: (name) => (fields.has(name) ? Buffer.from(fields.get(name) ?? '', 'latin1') : undefined),
  };
}

/** What is said of no charset is UTF-8, as is every header. */
function charsetOf(charsets: Json, name: string): string {
  const stated = Object.hasOwn(charsets, name) ? charsets[name] : undefined;
  return typeof stated === 'string' ? stated : 'utf-8';
}

/** By a name nobody knows it is read as UTF-8. */
function decoded(latin1: string, charset: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
