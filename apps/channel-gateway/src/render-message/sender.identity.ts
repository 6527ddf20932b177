import type { OutboundMessage } from '@homing/channels';

/**
 * Whether commercial email must say where its sender can be found (CAN-SPAM and its like). `append`: where the tenant's branding has a
 * postal address and the message does not show it, it is put below. `require`: as `append`, and without an address nothing is sent.
 */
export const POSTAL_ADDRESS_RULES = ['off', 'append', 'require'] as const;
export type PostalAddressRule = (typeof POSTAL_ADDRESS_RULES)[number];

type Body = Pick<OutboundMessage, 'html' | 'text'>;

/** What a message of this type is exempt from, since it sells nothing. */
const NOT_COMMERCIAL = 'transactional';

export interface SenderIdentity {
  readonly rule: PostalAddressRule;
  readonly messageType: string;
  /** The tenant's own; `postalAddress`, `company`. */
  readonly branding: Readonly<Record<string, string>>;
}

/** The bodies as they are to be sent; undefined: nothing may be sent without an address. Of HTML and text each is looked at by itself. */
export function withSenderIdentity<B extends Body>(
  body: B,
  { rule, messageType, branding }: SenderIdentity,
): B | undefined {
  if (rule === 'off' || messageType === NOT_COMMERCIAL) return body;
  const address = (branding['postalAddress'] ?? '').trim();
  if (address === '') return rule === 'require' ? undefined : body;
  const lines = [(branding['company'] ?? '').trim(), address].filter((line) => line !== '');
  const { html } = body;
  return {
    ...body,
    text: shows(body.text, address) ? body.text : `${body.text.trimEnd()}\n\n${lines.join('\n')}\n`,
    ...(html === undefined
      ? {}
      : { html: shows(html, escaped(address)) || shows(html, address) ? html : withFoot(html, lines) }),
  };
}

/** Whatever the blanks and line breaks between its words. */
const shows = (text: string, address: string): boolean => flat(text).includes(flat(address));
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();

function withFoot(html: string, lines: readonly string[]): string {
  const said = lines.map((line) => escaped(line).replace(/\r?\n/g, '<br>')).join('<br>');
  const foot = `<p style="font-size:12px;color:#666">${said}</p>`;
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end === -1 ? `${html}${foot}` : `${html.slice(0, end)}${foot}${html.slice(end)}`;
}

const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[letter] ?? '',
  );
