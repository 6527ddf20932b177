const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Whether this is one plain address (RFC 5321 dot-string at a domain) and nothing else. Quoted local parts, comments, groups, lists,
 * line breaks and non-ASCII are refused: a mail library takes `a@x.test\r\nBcc: b@x.test` for two recipients.
 */
export function isPlainAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  if (at < 1 || at > 64 || address.length > 254) return false;
  const labels = address.slice(at + 1).split('.');
  return LOCAL.test(address.slice(0, at)) && labels.length >= 2 && labels.every((label) => LABEL.test(label));
}

/** A display name without control characters: they could only be an attempt to begin another header. */
export const plainName = (name: string | undefined): string | undefined =>
  // eslint-disable-next-line no-control-regex
  name?.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim() || undefined;
