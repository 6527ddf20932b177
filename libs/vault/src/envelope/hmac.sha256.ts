import { hash } from 'node:crypto';

const blockBytes = 64;

/**
 * HMAC-SHA256 (RFC 2104) for one key, from one-shot hashes: `createHmac` takes ten times as long, for it looks its algorithm up and makes
 * an object each time. Held against it in its spec.
 */
export function hmacSha256(key: Uint8Array): (...parts: readonly Uint8Array[]) => Buffer {
  const short = key.byteLength > blockBytes ? hash('sha256', key, 'buffer') : key;
  const [inner, outer] = [Buffer.alloc(blockBytes, 0x36), Buffer.alloc(blockBytes, 0x5c)];
  short.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  return (...parts) =>
    hash('sha256', Buffer.concat([outer, hash('sha256', Buffer.concat([inner, ...parts]), 'buffer')]), 'buffer');
}
