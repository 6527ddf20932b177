import type { MailHeaders } from '../inbound-mail.policy.js';
import { isAuthentic } from '../mail-authenticity.policy.js';

/** What SendGrid found of a mail, as it says it. */
export interface SendgridChecks {
  readonly from: string;
  /** `pass`, `softfail`, ...: of the envelope's sender. */
  readonly spf: string;
  readonly envelopeFrom: string | undefined;
  /** `{@example.org : pass, @esp.example : fail}`, or `none`. */
  readonly dkim: string;
  readonly headers: MailHeaders;
}

/** Whether it is surely from whom it says: by SPF, or by any signature that passed, of that domain. */
export const isVouchedFor = ({ from, spf, envelopeFrom, dkim, headers }: SendgridChecks): boolean =>
  isAuthentic({ from, spf: /^\s*pass\s*$/i.test(spf), envelopeFrom }) ||
  passedDomains(dkim, headers).some((domain) => isAuthentic({ from, dkim: true, signedBy: [domain] }));

const LONGEST = 4_000;
const MOST_SIGNATURES = 20;
const ENTRY = /^\s*@([\w.-]{1,253})\s*:\s*(\w{1,20})\s*$/;

/**
 * None where the list is not of that form to its end, or a signature names a domain that is none: its words are put into the list as they stand,
 * and could be such as to look like another entry.
 */
function passedDomains(dkim: string, headers: MailHeaders): string[] {
  const inner = /^\s*\{([^{}]*)\}\s*$/.exec(dkim.slice(0, LONGEST))?.[1];
  if (inner === undefined) return [];
  const entries = inner.split(',').map((entry) => ENTRY.exec(entry));
  const signatures = headers.filter(([name]) => name.toLowerCase() === 'dkim-signature');
  if (entries.length > MOST_SIGNATURES || entries.includes(null)) return [];
  if (!signatures.every(([, value]) => namesOnePlainDomain(value))) return [];
  return entries.flatMap((entry) => (entry?.[2]?.toLowerCase() === 'pass' && entry[1] ? [entry[1]] : []));
}

const namesOnePlainDomain = (signature: string): boolean => {
  const domains = signature.split(';').filter((tag) => /^\s*d\s*=/.test(tag));
  return domains.length === 1 && /^\s*d\s*=\s*[\w.-]{1,253}\s*$/.test(domains[0] ?? '');
};
