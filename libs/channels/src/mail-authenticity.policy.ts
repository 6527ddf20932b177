import { mailHeader, type MailHeaders } from './inbound-mail.policy.js';

/** What whoever took a mail in says of it. */
export interface MailChecks {
  /** The address it says it is from. */
  readonly from: string;
  /** SPF passed for the envelope's sender. */
  readonly spf?: boolean;
  readonly envelopeFrom?: string | undefined;
  /** Every signature was found good. */
  readonly dkim?: boolean;
  /** Of these signatures. */
  readonly signedBy?: readonly string[];
}

/**
 * Whether a mail is surely from the domain it says it is from. A check that passed for another domain says nothing: a forger has a domain
 * of their own. The checked domain must be that of the sender, or one above it.
 */
export function isAuthentic({ from, spf, envelopeFrom, dkim, signedBy = [] }: MailChecks): boolean {
  const domain = domainOf(from);
  if (domain === undefined) return false;
  if (spf === true && isAligned(domainOf(envelopeFrom), domain)) return true;
  return dkim === true && signedBy.length > 0 && signedBy.every((each) => isAligned(each.toLowerCase(), domain));
}

/** By `Authentication-Results` (RFC 8601) of servers we trust, which take out what others wrote under their name. Others are not read. */
export function isAuthenticByResults(from: string, results: readonly string[], trusted: readonly string[]): boolean {
  const domain = domainOf(from);
  return (
    domain !== undefined &&
    results.some((header) => {
      const [server = '', ...checks] = ownWords(header).split(';');
      const name = server.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
      return trusted.includes(name) && checks.slice(0, MOST_CHECKS).some((check) => passes(check, domain));
    })
  );
}

/** Domains of a mail's own signatures. */
export const signingDomains = (headers: MailHeaders): string[] =>
  headers
    .filter(([name]) => name.toLowerCase() === 'dkim-signature')
    .slice(0, MOST_CHECKS)
    .map(([, value]) => /(?:^|;)\s*d\s*=\s*([\w.-]{1,253})/.exec(value.slice(0, LONGEST))?.[1] ?? '');

/** Every header of this name says that the check was passed: one that a sender put there beside it cannot say so alone. */
export const saysPass = (headers: MailHeaders, name: string): boolean =>
  mailHeader(headers, name) !== undefined &&
  headers.every(([key, value]) => key.toLowerCase() !== name.toLowerCase() || /^pass\b/i.test(value.trim()));

const MOST_CHECKS = 20;
const LONGEST = 4_000;

/**
 * What the server itself says, without what it repeats of the sender's: comments, nested ones too, are left out, and of a quoted text all but what an
 * address or a domain may hold becomes `?`. Otherwise a sender named `"x; dmarc=pass header.from=..."` would speak in the server's name.
 * Nothing of a header in which one of them has no end.
 */
function ownWords(header: string): string {
  let [words, depth, quoted] = ['', 0, false];
  for (const [token] of header.slice(0, LONGEST).matchAll(/\\[^]|[^]/g)) {
    if (depth === 0 && token === '"') quoted = !quoted;
    else if (quoted) words += /^[\w.@+-]$/.test(token) ? token : '?';
    else if (token === '(') depth += 1;
    else if (token === ')' && depth > 0) words += --depth === 0 ? ' ' : '';
    else if (depth === 0) words += token;
  }
  return depth > 0 || quoted ? '' : words;
}

function passes(check: string, domain: string): boolean {
  const [, method, checked] =
    /^\s*(spf|dkim|dmarc)\s*=\s*pass\b.*?\s(?:smtp\.mailfrom|header\.d|header\.from)\s*=\s*"?([^\s";]{1,320})/is.exec(
      check,
    ) ?? [];
  if (method === undefined || checked === undefined) return false;
  const of = checked.includes('@') ? domainOf(checked) : checked.toLowerCase();
  return method.toLowerCase() === 'dmarc' ? of === domain : isAligned(of, domain);
}

const isAligned = (checked: string | undefined, domain: string): boolean =>
  checked !== undefined && checked.includes('.') && (checked === domain || domain.endsWith(`.${checked}`));

const domainOf = (address: string | undefined): string | undefined =>
  /@([^\s@<>]{3,253})>?$/.exec(address?.trim() ?? '')?.[1]?.toLowerCase();
