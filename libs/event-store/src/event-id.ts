import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { v5 } from 'uuid';
import type { NewEvent } from './event-store.port.js';

/** Namespace of all our event ids. Changing it would let every old command be stored twice. */
const NAMESPACE = 'a4b9a1f6-2f0e-5d0c-9a55-0c1b6c0f3d7e';
const NAMESPACE_BYTES = Uint8Array.from(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'));

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

function idOver(parts: Omit<EventIdParts, 'data'>, json: Buffer): string {
  const digest = createHash('sha256');
  for (const part of lengthPrefixed([Buffer.from(parts.type, 'utf8'), json])) digest.update(part);
  const name = lengthPrefixed([
    Buffer.from(parts.stream, 'utf8'),
    Buffer.from(parts.commandId, 'utf8'),
    Buffer.from(String(parts.index), 'utf8'),
    digest.digest(),
  ]);
  return v5(Buffer.concat(name), NAMESPACE_BYTES);
}

function lengthPrefixed(parts: readonly Buffer[]): Buffer[] {
  return parts.flatMap((part) => {
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
}
