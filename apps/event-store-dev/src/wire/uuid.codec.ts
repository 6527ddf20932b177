import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');

/** Reads either wire form as lower-case text; undefined when it is no UUID. */
export function readUuid(uuid: UUID | undefined): string | undefined {
  if (!uuid) return undefined;
  const structured = uuid.getStructured();
  if (structured) {
    const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
  const text = uuid.getString().toLowerCase();
  return UUID_TEXT.test(text) ? text : undefined;
}

/** Writes the form the caller asked for. Structured halves are signed 64-bit numbers. */
export function writeUuid(text: string, form: 'string' | 'structured' = 'string'): UUID {
  const uuid = new sharedPb.UUID();
  if (form === 'string') return uuid.setString(text);
  const hex = text.replaceAll('-', '');
  const signed = (digits: string) => BigInt.asIntN(64, BigInt(`0x${digits}`)).toString();
  const structured = new sharedPb.UUID.Structured();
  structured.setMostSignificantBits(signed(hex.slice(0, 16)));
  structured.setLeastSignificantBits(signed(hex.slice(16)));
  return uuid.setStructured(structured);
}
