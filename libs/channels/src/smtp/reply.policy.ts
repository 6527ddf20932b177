import type { ReadMail } from './mail.reader.js';

const BULK = /^(bulk|junk|list|auto_reply)$/i;
const FILLED = ['x-autoreply', 'x-autorespond', 'list-id'];

/** Whether a machine wrote it: out of office, a list, a report. RFC 3834 and what came before it. */
export function isAutomatic(mail: ReadMail): boolean {
  const [submitted] = mail.header('auto-submitted');
  if (submitted !== undefined && !/^no\b/i.test(submitted.trim())) return true;
  if (mail.header('precedence').some((value) => BULK.test(value.trim()))) return true;
  if (FILLED.some((name) => mail.header(name).length > 0)) return true;
  if (mail.header('content-type').some((value) => /^multipart\/report\b/i.test(value.trim()))) return true;
  if (mail.header('return-path').some((value) => value.trim() === '<>')) return true;
  return /^(mailer-daemon|postmaster|no-?reply)@/i.test(mail.from ?? '');
}

const BORDERS = [
  /^-{2,}\s*(original message|forwarded message|ursprüngliche nachricht|message d'origine)\s*-{2,}\s*$/i,
  /^(on|am|le|el|il|op)\b.{5,200}\b(wrote|schrieb|écrit|escribió|scritto|schreef)\b.{0,80}:\s*$/i,
  /^_{10,}\s*$/,
];

/** What the person wrote, without the mail it answers, as far as its usual borders tell; all of it where nothing would be left. */
export function withoutQuotation(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const border = lines.findIndex((line) => BORDERS.some((pattern) => pattern.test(line.trim())));
  const own = (border < 0 ? lines : lines.slice(0, border)).filter((line) => !line.startsWith('>'));
  return own.join('\n').trim() || text.trim();
}
