import type { Channel } from '@homing/contracts';
import canonicalize from 'canonicalize';
import { hmacSha256 } from '../envelope/hmac.sha256.js';
import { lengthPrefixed } from '../envelope/length-prefix.codec.js';
import { decodeKey } from '../keys/vault.keys.js';
import { normaliseAddress } from './address.normalise.js';

/** Keyed hashes (HMAC-SHA256): equal inputs are recognised, and without the key no guess can be tested. */
export type Fingerprinter = {
  /** 43 base64url characters naming an address within its tenant, or undefined where it is no address of the channel. */
  address(tenantId: string, channel: Channel, address: string): string | undefined;
  /** 43 base64url characters naming a caller's recipient id within its tenant. */
  recipient(tenantId: string, recipientId: string): string;
  /** 32 bytes over the canonical JSON (RFC 8785) of a request: same content, same digest, whatever the order of its keys. */
  digest(tenantId: string, request: unknown): Buffer;
};

/**
 * @param key 32 bytes in base64 (`generateFingerprintKey`). One key for the life of the installation.
 * @throws {TypeError} when the key is malformed
 */
export function createFingerprinter(key: string): Fingerprinter {
  const keyed = hmacSha256(decodeKey(key, 'fingerprintKey'));
  const hash = (parts: readonly string[]): Buffer => keyed(lengthPrefixed(parts));
  return {
    address(tenantId, channel, address) {
      const normal = normaliseAddress(channel, address);
      if (normal.kind === 'invalid') return undefined;
      return hash(['address', tenantId, normal.contactKind, normal.value]).toString('base64url');
    },
    recipient: (tenantId, recipientId) => hash(['recipient', tenantId, recipientId]).toString('base64url'),
    digest: (tenantId, request) => hash(['request', tenantId, canonicalize(request) ?? '']),
  };
}
