import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `hk_<env>_<id>_<secret>`: id 16 hex digits, secret 32 random bytes in base64url. */
const shape = /^hk_[a-z]{1,16}_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

export type MintedKey = { readonly keyId: string; readonly key: string; readonly sha256: Buffer };

/** @throws {TypeError} when `env` is not 1 to 16 small letters */
export function mintApiKey(env: string): MintedKey {
  const keyId = randomBytes(8).toString('hex');
  const key = `hk_${env}_${keyId}_${randomBytes(32).toString('base64url')}`;
  if (!shape.test(key)) throw new TypeError('The environment of an API key is 1 to 16 small letters.');
  return { keyId, key, sha256: digestOfKey(key) };
}

/** The public id within a key, or undefined when it has not the shape of one. */
export function keyIdOf(presented: string): string | undefined {
  return shape.exec(presented)?.[1];
}

/** Over the whole key, so its environment and id are bound to its secret. */
export function digestOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

const nobody = randomBytes(32);

/** Takes the same time for a wrong key and for an unknown one (`stored` undefined). */
export function matchesKey(presented: string, stored: Buffer | undefined): boolean {
  return timingSafeEqual(digestOfKey(presented), stored ?? nobody) && stored !== undefined;
}
