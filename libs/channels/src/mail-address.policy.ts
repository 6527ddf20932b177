import type { Party } from './channel.provider.js';
import { isPlainAddress, plainName } from './smtp/address.policy.js';

/** False for whatever could be read as two addresses, a comment, a group or the end of a header. */
export const isMailAddress = isPlainAddress;

/** Without line breaks and controls; '' where there is none. */
export const displayName = (name: string | undefined): string => plainName(name) ?? '';

/** `"The Desk" <desk@example.com>`, for APIs that take a mailbox as text. */
export function mailboxText({ address, name }: Party): string {
  const shown = displayName(name);
  return shown === '' ? address : `"${shown.replace(/["\\]/g, '\\$&')}" <${address}>`;
}
