import type { AttemptRef } from '../channel.provider.js';

/** What a mail's own addresses say of the message it was, or answers to. */
export interface MailReference {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly tenantId?: string;
}

const DELIVERY = String.raw`[A-Za-z0-9][A-Za-z0-9:-]{0,99}\.\d{1,4}`;
const IN_MESSAGE_ID = new RegExp(`^(${DELIVERY})\\.(\\d{1,6})@`);
const IN_BOUNCE_ADDRESS = new RegExp(`^bounce\\+(${DELIVERY})\\.(\\d{1,6})(?:=([a-z0-9][a-z0-9-]{0,40}))?@`, 'i');
const LONGEST_LOCAL_PART = 64;

/** Our own `Message-ID`, without angle brackets: `<delivery>.<attempt>@<domain>`. */
export const messageIdOf = ({ deliveryId, attempt }: AttemptRef, domain: string): string =>
  `${deliveryId}.${attempt}@${domain}`;

/**
 * Where bounces of this attempt are returned to (VERP): `bounce+<delivery>.<attempt>=<tenant>@<domain>`. The tenant is left out where it
 * does not fit the 64 characters of a local part or could be changed on the way (capitals); it then comes back with the headers.
 */
export function bounceAddress({ deliveryId, attempt, tenantId }: AttemptRef, domain: string): string {
  const short = `bounce+${deliveryId}.${attempt}`;
  const whole = `${short}=${tenantId}`;
  const plain = /^[a-z0-9][a-z0-9-]*$/.test(tenantId) && whole.length <= LONGEST_LOCAL_PART;
  const local = plain ? whole : short;
  return `${local.length <= LONGEST_LOCAL_PART ? local : 'bounce'}@${domain}`;
}

/** The attempt named by one of our message ids, angle brackets or not. */
export function fromMessageId(messageId: string | undefined): MailReference | undefined {
  const match = IN_MESSAGE_ID.exec((messageId ?? '').trim().replace(/^<|>$/g, ''));
  return match ? { deliveryId: match[1] ?? '', attempt: Number(match[2]) } : undefined;
}

/** The attempt named by the address that a bounce came to. */
export function fromBounceAddress(address: string | undefined): MailReference | undefined {
  const match = IN_BOUNCE_ADDRESS.exec((address ?? '').trim().replace(/^<|>$/g, ''));
  if (!match) return undefined;
  const tenantId = match[3]?.toLowerCase();
  return { deliveryId: (match[1] ?? '').toLowerCase(), attempt: Number(match[2]), ...(tenantId ? { tenantId } : {}) };
}
