/**
 * The only message headers a caller may set on an email. Everything else is the provider's or ours: SDKs have sent
 * message headers as HTTP headers, so one named `Authorization` replaced the account's key.
 */
const ALLOWED = new Map(
  ['List-Unsubscribe', 'List-Unsubscribe-Post', 'List-Id', 'In-Reply-To', 'References', 'Feedback-ID'].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);
const PRINTABLE = /^[\x20-\x7e]{1,2000}$/;

export type HeaderCheck =
  | { readonly kind: 'allowed'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly code: 'header_not_allowed' | 'header_value_invalid' };

/** Refuses unknown names and values with line breaks or non-ASCII; returns allowed ones in their usual spelling. */
export function checkEmailHeaders(headers: Readonly<Record<string, string>> = {}): HeaderCheck {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const known = ALLOWED.get(name.toLowerCase());
    if (!known) return { kind: 'refused', code: 'header_not_allowed' };
    if (typeof value !== 'string' || !PRINTABLE.test(value)) return { kind: 'refused', code: 'header_value_invalid' };
    checked[known] = value;
  }
  return { kind: 'allowed', headers: checked };
}
