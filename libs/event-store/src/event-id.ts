import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { NewEvent } from './event-store.port.js';

/** Namespace of all our event ids. Changing it would let every old command be stored twice. */
const NAMESPACE = 'a4b9a1f6-2f0e-5d0c-9a55-0c1b6c0f3d7e';
const NAMESPACE_BYTES = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
const NOTHING = Buffer.alloc(0);

/** An event ready to be stored: its id and its data as RFC 8785 bytes, serialised once. */
export interface IdentifiedEvent {
  id: string;
  type: string;
  json: Buffer;
}

export interface EventIdParts {
  stream: string;
  commandId: string;
  index: number;
  type: string;
  data: unknown;
}

/**
 * The id of an event: UUIDv5 over (stream, command id, index, digest of type and canonical data), each part preceded by
 * its length, so that no two different lists of parts read the same. The order of keys in `data` does not matter.
 * @throws TypeError when `data` has no JSON form; Error for NaN, infinities, cycles, lone surrogates.
 */
export function eventIdOf(parts: EventIdParts): string {
  return idOver(parts, canonicalJson(parts.type, parts.data));
}

/** Ids and bytes for the events of one command, in order. */
export function identifyEvents(stream: string, commandId: string, events: readonly NewEvent[]): IdentifiedEvent[] {
  return events.map(({ type, data }, index) => {
    const json = canonicalJson(type, data);
    return { id: idOver({ stream, commandId, index, type }, json), type, json };
  });
}

function canonicalJson(type: string, data: unknown): Buffer {
  const text = canonicalize(data);
  if (text === undefined) throw new TypeError(`the data of event ${type} has no JSON form`);
  return Buffer.from(text, 'utf8');
}

function idOver({ stream, commandId, index, type }: Omit<EventIdParts, 'data'>, json: Buffer): string {
  const digest = hash('sha256', lengthPrefixed(NOTHING, [type, json]), 'buffer');
  return uuidV5(lengthPrefixed(NAMESPACE_BYTES, [stream, commandId, String(index), digest]));
}

/** RFC 9562, over a name that begins with its namespace. Held against the `uuid` package in its spec. */
function uuidV5(namespaceAndName: Buffer): string {
  const bytes = hash('sha1', namespaceAndName, 'buffer');
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `head`, then each part after its length in four bytes. */
function lengthPrefixed(head: Uint8Array, parts: readonly (string | Uint8Array)[]): Buffer {
  const lengths = parts.map((part) => Buffer.byteLength(part));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, head.length));
  bytes.set(head);
  let at = head.length;
  parts.forEach((part, i) => {
    const length = lengths[i] ?? 0;
    bytes.writeUInt32BE(length, at);
    if (typeof part === 'string') bytes.write(part, at + 4, 'utf8');
    else bytes.set(part, at + 4);
    at += 4 + length;
  });
  return bytes;
}
