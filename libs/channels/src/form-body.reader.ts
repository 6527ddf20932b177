import { singleHeader } from './single-header.reader.js';
import type { WebhookRequest } from './webhook.parser.js';

/** Text fields of a posted form, in order of arrival; the first of a name counts. Files are left out. */
export type FormFields = ReadonlyMap<string, string>;

const MOST_FIELDS = 1_000;
/** Bytes of one part's headers. */
const MOST_HEAD = 4_096;

/** `application/json`, without parameters, in lower case; '' where none is stated. */
export const mediaTypeOf = (headers: WebhookRequest['headers']): string =>
  (singleHeader(headers, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase();

export interface MultipartReading {
  /** How field bytes become text: `latin1` keeps each byte, for fields that state their own charset. Default `utf8`. */
  readonly encoding?: 'utf8' | 'latin1';
  /** A form with two fields of a name, or with anything behind its end, is none: a stranger who knows the border wrote into it. */
  readonly strict?: boolean;
}

/** A posted form, urlencoded or multipart. Undefined for any other content type or a body that is none. Never throws. */
export function readForm(rawBody: Uint8Array, headers: WebhookRequest['headers']): FormFields | undefined {
  switch (mediaTypeOf(headers)) {
    case 'application/x-www-form-urlencoded': {
      const fields = new Map<string, string>();
      for (const [name, value] of new URLSearchParams(Buffer.from(rawBody).toString('utf8')))
        if (!fields.has(name) && fields.size < MOST_FIELDS) fields.set(name, value);
      return fields;
    }
    case 'multipart/form-data': {
      const boundary = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(
        singleHeader(headers, 'content-type') ?? '',
      );
      const border = boundary?.[1] ?? boundary?.[2];
      return border === undefined ? undefined : readMultipart(Buffer.from(rawBody), border);
    }
    default:
      return undefined;
  }
}

/** A multipart body with this border. Undefined for a body that is none. Never throws; takes no longer than the body's length. */
export function readMultipart(
  body: Buffer,
  border: string,
  { encoding = 'utf8', strict = false }: MultipartReading = {},
): FormFields | undefined {
  const opening = Buffer.from(`--${border}`);
  const between = Buffer.from(`\r\n--${border}`);
  const fields = new Map<string, string>();
  let at = body.indexOf(opening);
  if (at < 0) return undefined;
  at += opening.length;
  while (body.toString('latin1', at, at + 2) === '\r\n' && fields.size < MOST_FIELDS) {
    const headEnd = body.indexOf('\r\n\r\n', at);
    const end = headEnd < 0 ? -1 : body.indexOf(between, headEnd + 2);
    // A stranger's form is read before its signature: nothing here may take longer than its length.
    if (end < 0 || headEnd - at > MOST_HEAD) return undefined;
    const head = body.toString('utf8', at, headEnd);
    const name = /content-disposition:[^\r\n]*;\s*name="([^"\r\n]{0,200})"/i.exec(head)?.[1];
    const isFile = /content-disposition:[^\r\n]*;\s*filename\*?=/i.test(head);
    if (strict && name !== undefined && fields.has(name)) return undefined;
    if (name !== undefined && !isFile && !fields.has(name))
      fields.set(name, body.toString(encoding, headEnd + 4, Math.max(headEnd + 4, end)));
    at = end + between.length;
  }
  if (strict && !/^--(\r\n)?$/.test(body.toString('latin1', at, at + 5))) return undefined;
  return body.toString('latin1', at, at + 2) === '--' ? fields : undefined;
}
