/** Headers of a mail as a provider hands them on: names in any case. */
export type MailHeaders = readonly (readonly [name: string, value: string])[];

/** The first of a name, trimmed. */
export const mailHeader = (headers: MailHeaders, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1].trim();

/**
 * Written by a machine: an out-of-office note, a bounce, a list. RFC 3834 and what its forerunners left behind; a mail without a
 * sender on its envelope answers to nobody.
 */
export function isAutomatic(headers: MailHeaders, envelopeSender?: string): boolean {
  const submitted = mailHeader(headers, 'Auto-Submitted');
  if (submitted !== undefined && !/^no\b/i.test(submitted)) return true;
  if (['X-Autoreply', 'X-Autorespond', 'List-Id'].some((name) => mailHeader(headers, name))) return true;
  if (/^(bulk|junk|list|auto_reply)\b/i.test(mailHeader(headers, 'Precedence') ?? '')) return true;
  if (/^multipart\/report\b/i.test(mailHeader(headers, 'Content-Type') ?? '')) return true;
  return envelopeSender !== undefined && /^(<>|)$|^<?(mailer-daemon|postmaster)@/i.test(envelopeSender.trim());
}

/** The address in `Displayed <from@example.org>`, in lower case; undefined where there is none. */
export function addressIn(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const bracketed = [...text.matchAll(/<([^<>\s]{3,320})>/g)].at(-1)?.[1];
  const address = (bracketed ?? text.trim()).toLowerCase();
  return /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,255}$/.test(address) ? address : undefined;
}

/** The first `<id>` of an In-Reply-To or References header, without the `<>`. */
export const messageIdIn = (text: string | undefined): string | undefined =>
  /<([^<>\s]{1,300})>/.exec(text ?? '')?.[1] ?? /^[^<>\s]{1,300}@[^<>\s]{1,300}$/.exec(text?.trim() ?? '')?.[0];
