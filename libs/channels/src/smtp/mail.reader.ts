import PostalMime, { type Address, type Email } from 'postal-mime';
import { boundedMail } from './mail.bounds.js';

/** A mail as far as we read it. */
export interface ReadMail {
  /** Every value of a header, name in lower case. */
  header(name: string): readonly string[];
  readonly from?: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly text: string;
  readonly date?: string;
  readonly messageId?: string;
  /** The text of every part of one of these types, in order. */
  parts(...types: string[]): readonly string[];
}

/** Bounds for what strangers send: beyond these a mail is not read, beyond those of `boundedMail` no further. */
const BOUNDS = { maxNestingDepth: 20, maxHeadersSize: 64 * 1024, forceRfc822Attachments: true } as const;

/** Undefined when it is no mail, or beyond the bounds. Never rejects. */
export async function readMail(raw: Uint8Array): Promise<ReadMail | undefined> {
  try {
    const mail = await PostalMime.parse(boundedMail(raw), { ...BOUNDS, attachmentEncoding: 'utf8' });
    return mail.headers.length > 0 ? readable(mail) : undefined;
  } catch {
    return undefined;
  }
}

function readable(mail: Email): ReadMail {
  const header = (name: string) => mail.headers.filter(({ key }) => key === name).map(({ value }) => value);
  const delivered = [...header('delivered-to'), ...header('x-original-to')].flatMap(plain);
  const from = addressesOf(mail.from ? [mail.from] : [])[0];
  return {
    header,
    ...(from ? { from } : {}),
    // Where it was really delivered to comes first: a reader's answer may be addressed to several.
    to: [...delivered, ...addressesOf([...(mail.to ?? []), ...(mail.cc ?? [])])],
    ...(mail.subject ? { subject: mail.subject } : {}),
    text: mail.text ?? withoutTags(mail.html ?? ''),
    ...(mail.date ? { date: mail.date } : {}),
    ...(mail.messageId ? { messageId: mail.messageId } : {}),
    parts: (...types) =>
      mail.attachments.flatMap(({ mimeType, content }) =>
        types.includes(mimeType) && typeof content === 'string' ? content : [],
      ),
  };
}

const addressesOf = (list: readonly Address[]): string[] =>
  list.flatMap((one) => (one.group ?? [one]).flatMap(({ address }) => plain(address)));

const plain = (address: string): string[] => {
  const trimmed = address.trim().replace(/^<|>$/g, '').toLowerCase();
  return /^[^\s@<>]{1,64}@[^\s@<>]{1,255}$/.test(trimmed) ? [trimmed] : [];
};

/** What follows the end of a style or script; nothing where it has none. */
const afterUnread = (piece: string): string => {
  const end = /<\/(?:style|script)[^<>]*>/i.exec(piece);
  return end ? piece.slice(end.index + end[0].length) : '';
};

/** The text of a page: in time with its length, however it is made. */
export const withoutTags = (html: string) =>
  html
    .split(/<(?=(?:style|script)\b)/i)
    .map((piece, index) => (index === 0 ? piece : afterUnread(piece)))
    .join('')
    // No `<` within: a pattern that looks for its end from each of them would take hours for a mail of nothing else.
    .replace(/<(br|\/p|\/div|\/tr)\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&nbsp;/gi, ' ')
    .replace(/&lt;/gi, '<')
    .replace(/&gt;/gi, '>')
    .replace(/&amp;/gi, '&')
    .trim();
