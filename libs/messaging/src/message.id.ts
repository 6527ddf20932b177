import { createHash } from 'node:crypto';

/** The id of a message whose body names none: what its publisher gave, else its place on the bus. It never changes. */
export const bareMessageId = (message: {
  readonly messageId?: string | undefined;
  readonly stream: string;
  readonly sequence: number;
  /** ISO 8601, milliseconds. */
  readonly storedAt: string;
}): string => message.messageId || `bus:${message.stream}:${message.sequence}:${Date.parse(message.storedAt)}`;

/**
 * The `Nats-Msg-Id` of a message: the tenant, then the key. Unambiguous (a tenant's name cannot reach into the key) and always a valid
 * header: a key of other than visible ASCII, or longer than 200 characters, is replaced by its SHA-256.
 */
export function messageId(tenantId: string, key: string): string {
  const plain = /^[\x21-\x7e]{1,200}$/.test(key) && !key.startsWith('sha256:');
  return `${encodeURIComponent(tenantId)}:${plain ? key : `sha256:${createHash('sha256').update(key).digest('base64url')}`}`;
}
