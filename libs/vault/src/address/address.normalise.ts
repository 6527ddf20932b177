import { domainToASCII } from 'node:url';
import type { Channel } from '@homing/contracts';

/** Which kind of address a channel uses. One phone number is one contact point, whichever channel reaches it. */
export type ContactKind = 'email' | 'phone' | 'linkedin' | 'instagram' | 'facebook' | 'twitter' | 'contact_form';

export type NormalisedAddress =
  | { readonly kind: 'address'; readonly contactKind: ContactKind; readonly value: string }
  /** `reason` never repeats the address. */
  | { readonly kind: 'invalid'; readonly reason: string };

const kinds: Record<Channel, ContactKind> = {
  email: 'email',
  sms: 'phone',
  whatsapp: 'phone',
  phone: 'phone',
  linkedin: 'linkedin',
  instagram: 'instagram',
  facebook: 'facebook',
  twitter: 'twitter',
  contact_form: 'contact_form',
};

export function contactKind(channel: Channel): ContactKind {
  return kinds[channel];
}

/**
 * The one spelling under which an address is recognised. Two spellings that reach the same mailbox, number or profile by the
 * rules of its kind give the same value; nothing provider-specific is guessed (`a.b@gmail.com` stays apart from `ab@gmail.com`).
 *
 * - email: trimmed, NFC, local part and domain in lower case, domain in ASCII (punycode), no trailing dot
 * - phone: `+` and 7 to 15 digits; spaces, dots, dashes and brackets dropped, leading `00` read as `+`
 * - profile: trimmed, NFC, lower case, without leading `@`, `https://`, `www.`, query or trailing slash
 * - contact form: the URL with lower-case host, without scheme, default port, fragment or trailing slash
 */
export function normaliseAddress(channel: Channel, address: string): NormalisedAddress {
  const contactKindOf = kinds[channel];
  const text = address.trim().normalize('NFC');
  if (text === '' || text.length > 2048 || hasControls(text))
    return invalid('empty, too long or holding control characters');
  const value = spell(contactKindOf, text);
  if (value === undefined) return invalid(`not a ${contactKindOf.replace('_', ' ')} address`);
  return { kind: 'address', contactKind: contactKindOf, value };
}

function invalid(reason: string): NormalisedAddress {
  return { kind: 'invalid', reason };
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function spell(kind: ContactKind, text: string): string | undefined {
  switch (kind) {
    case 'email':
      return email(text);
    case 'phone':
      return phone(text);
    case 'contact_form':
      return webAddress(text);
    default:
      return profile(text);
  }
}

function email(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).toLowerCase().normalize('NFC');
  const domain = domainToASCII(text.slice(at + 1).toLowerCase()).replace(/\.$/, '');
  if (at < 1 || domain === '' || /\s/.test(text)) return undefined;
  return `${local}@${domain}`;
}

function phone(text: string): string | undefined {
  const digits = text.replace(/[\s().\-/\u00a0]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}

function profile(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/^@/, '');
  return name === '' || /\s/.test(name) ? undefined : name;
}

function webAddress(text: string): string | undefined {
  const candidate = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(candidate)) return undefined;
  const url = new URL(candidate);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  return `${url.host}${url.pathname.replace(/\/+$/, '')}${url.search}`;
}
