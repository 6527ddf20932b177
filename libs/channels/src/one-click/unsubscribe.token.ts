import { createHmac, timingSafeEqual } from 'node:crypto';
import { deliveryIdOf, parseDeliveryId } from '@homing/contracts';

/** The message whose recipient wants no more: ids of ours, nothing of theirs. */
export interface UnsubscribeRef {
  readonly tenantId: string;
  readonly deliveryId: string;
  /** From 1. */
  readonly attempt: number;
}

/** Layout: version, tenant (16 bytes), outreach (16), leg (2), attempt (2), MAC (16); base64url. */
const VERSION = 1;
const BODY_BYTES = 37;
const MAC_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{71}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What stands behind `/u/` in a one-click link: 71 characters, signed, without personal data, never out of date (people open
 * old mail).
 *
 * @throws TypeError for a tenant or delivery that is none of ours
 */
export function mintUnsubscribeToken(key: string, { tenantId, deliveryId, attempt }: UnsubscribeRef): string {
  const of = parseDeliveryId(deliveryId);
  if (!of || !UUID.test(tenantId)) throw new TypeError('an unsubscribe link names a delivery of a tenant');
  const body = Buffer.alloc(BODY_BYTES);
  body.writeUInt8(VERSION, 0);
  body.write(tenantId.replaceAll('-', ''), 1, 'hex');
  body.write(of.outreachId.replaceAll('-', ''), 17, 'hex');
  body.writeUInt16BE(of.leg, 33);
  body.writeUInt16BE(Math.min(attempt, 0xffff), 35);
  return Buffer.concat([body, macOf(key, body)]).toString('base64url');
}

/** What a token names if one of the keys signed it, else undefined. Constant in time for every token of the right form. */
export function readUnsubscribeToken(keys: readonly string[], token: string): UnsubscribeRef | undefined {
  if (!TOKEN.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const body = bytes.subarray(0, BODY_BYTES);
  const mac = bytes.subarray(BODY_BYTES);
  // A last character may carry bits that are no part of the bytes: one token, one spelling.
  const exact = bytes.length === BODY_BYTES + MAC_BYTES && bytes.toString('base64url') === token;
  const signed = keys.map((key) => mac.length === MAC_BYTES && timingSafeEqual(macOf(key, body), mac)).includes(true);
  if (!exact || !signed || body.readUInt8(0) !== VERSION) return undefined;
  return {
    tenantId: uuidOf(body.subarray(1, 17)),
    deliveryId: deliveryIdOf(uuidOf(body.subarray(17, 33)), body.readUInt16BE(33)),
    attempt: body.readUInt16BE(35),
  };
}

const macOf = (key: string, body: Uint8Array): Buffer =>
  createHmac('sha256', key).update('homing one-click unsubscribe\0').update(body).digest().subarray(0, MAC_BYTES);

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
