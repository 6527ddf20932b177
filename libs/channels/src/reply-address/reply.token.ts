import { createHmac, timingSafeEqual } from 'node:crypto';
import { deliveryIdOf, parseDeliveryId } from '@homing/contracts';

/** One attempt of ours, as an address of ours names it: no personal data, and no tenant, for which a local part has no room. */
export interface AttemptName {
  readonly deliveryId: string;
  /** From 1. */
  readonly attempt: number;
}

/** What an address is for: a token for one says nothing at another. */
export type AddressPurpose = 'reply' | 'bounce';

const MARK: Readonly<Record<AddressPurpose, string>> = { reply: 'r', bounce: 'b' };
const BODY_BYTES = 18;
const MAC_BYTES = 16;
/** 34 bytes in 55 letters: with the mark 57 of the 64 characters that a local part may have. */
const TOKEN = /^[a-z2-7]{55}$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * `r+<token>@<domain>` or `b+<token>@<domain>`: outreach (16 bytes), leg, attempt and 128 bits of HMAC-SHA-256, in base32, since a local part
 * may lose its capitals on the way. Never out of date. Undefined for what is no delivery of ours, or beyond the 255th leg or attempt.
 */
export function attemptAddress(
  purpose: AddressPurpose,
  { deliveryId, attempt }: AttemptName,
  { key, domain }: { readonly key: string; readonly domain: string },
): string | undefined {
  const of = parseDeliveryId(deliveryId);
  if (!of || of.leg > 255 || !Number.isInteger(attempt) || attempt < 1 || attempt > 255) return undefined;
  const body = Buffer.alloc(BODY_BYTES);
  body.write(of.outreachId.replaceAll('-', ''), 0, 'hex');
  body.writeUInt8(of.leg, 16);
  body.writeUInt8(attempt, 17);
  return `${MARK[purpose]}+${base32(Buffer.concat([body, macOf(key, purpose, body)]))}@${domain}`;
}

/** The attempt that an address names, if one of the keys signed it. Constant in time for every address of the right form; never throws. */
export function readAttemptAddress(
  purpose: AddressPurpose,
  address: string | undefined,
  keys: readonly string[],
): AttemptName | undefined {
  const [local = ''] = (address ?? '').toLowerCase().split('@');
  const token = local.startsWith(`${MARK[purpose]}+`) ? local.slice(2) : '';
  if (!TOKEN.test(token)) return undefined;
  const bytes = fromBase32(token);
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  const signed = keys.map((key) => timingSafeEqual(macOf(key, purpose, body), mac)).includes(true);
  // The last letter has bits to spare: one token, one spelling.
  if (!signed || base32(bytes) !== token) return undefined;
  return { deliveryId: deliveryIdOf(uuidOf(body.subarray(0, 16)), body.readUInt8(16)), attempt: body.readUInt8(17) };
}

/** Whether this could be one of these addresses, whoever signed it. */
export const isAttemptAddress = (address: string): boolean => /^[rb]\+[a-z2-7]{55}@/i.test(address);

const macOf = (key: string, purpose: AddressPurpose, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update(`homing ${purpose} address 1\0`).update(body).digest().subarray(0, MAC_BYTES);

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function base32(bytes: Uint8Array): string {
  let [bits, held, text] = [0, 0, ''];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31] ?? '';
  }
  return bits > 0 ? text + (ALPHABET[(held << (5 - bits)) & 31] ?? '') : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of text) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 255);
  }
  return Buffer.from(bytes);
}
