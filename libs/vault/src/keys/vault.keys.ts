import { randomBytes } from 'node:crypto';
import { newRawPair } from '../envelope/x25519.keys.js';

export type VaultKeys = {
  /** Public half, base64: all that sealing needs. */
  readonly sealKey: string;
  /** Private half, base64: opens everything. Give it to the channel gateway and the export, to nothing else. */
  readonly openKey: string;
};

/** Makes an installation's key pair. Losing `openKey` loses every sealed request; keep it apart from the database's backup. */
export async function generateVaultKeys(): Promise<VaultKeys> {
  const pair = newRawPair();
  const keys = {
    sealKey: Buffer.from(pair.publicKey).toString('base64'),
    openKey: Buffer.from(pair.privateKey).toString('base64'),
  };
  pair.privateKey.fill(0);
  return keys;
}

/** Makes the key under which addresses and recipient ids are hashed (32 random bytes, base64). It may never change. */
export function generateFingerprintKey(): string {
  return randomBytes(32).toString('base64');
}

/** Reads a 32-byte key from base64. @throws {TypeError} naming the setting, never its value. */
export function decodeKey(base64: string, name: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.byteLength !== 32) throw new TypeError(`${name} must be 32 bytes in base64.`);
  return new Uint8Array(bytes);
}
