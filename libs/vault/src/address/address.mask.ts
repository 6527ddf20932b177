import type { Channel } from '@homing/contracts';
import { normaliseAddress } from './address.normalise.js';

/** What stands for an address that could not be read. */
const nothingShown = '***';

/**
 * A form of the address that people recognise and nobody can use: safe to show and to log. At most two characters of a name
 * and two digits of a number remain, whatever their length.
 *
 * @example maskAddress('email', 'jane@example.com') // j***@e***.com
 * @example maskAddress('sms', '+4915112345678') // +***78
 */
export function maskAddress(channel: Channel, address: string): string {
  const normal = normaliseAddress(channel, address);
  if (normal.kind === 'invalid') return nothingShown;
  switch (normal.contactKind) {
    case 'email':
      return maskEmail(normal.value);
    case 'phone':
      return `+***${normal.value.slice(-2)}`;
    case 'contact_form':
      return maskHost(normal.value.replace(/[/?].*$/s, '').replace(/:\d+$/, ''));
    default:
      return `${first(normal.value.slice(normal.value.lastIndexOf('/') + 1))}***`;
  }
}

function maskEmail(value: string): string {
  const at = value.lastIndexOf('@');
  return `${first(value.slice(0, at))}***@${maskHost(value.slice(at + 1))}`;
}

/** Keeps the first letter and a top-level domain of letters; hides everything between, addresses in numbers whole. */
function maskHost(host: string): string {
  const top = /\.([a-z]{2,24})$/.exec(host)?.[1];
  return top === undefined ? nothingShown : `${first(host)}***.${top}`;
}

function first(text: string): string {
  return [...text][0] ?? '';
}
