import type { StoredEvent } from '../log/stored-event.model.js';
import { halves, ProtobufWriter } from './protobuf.writer.js';

/** More than all tags, lengths, numbers and ids take together. */
const FRAME_BYTES = 256;

/**
 * A `ReadResp` with one event, as bytes for the wire: every event passes here several times, and the client's own classes, which go by way
 * of nested arrays, take many times as long. Byte for byte what they write; held against them in the spec.
 */
export function encodeEventResponse(event: StoredEvent, uuid: 'string' | 'structured' = 'string'): Buffer {
  const { stream, type, contentType, data, metadata } = event;
  const text = 3 * (stream.length + type.length + contentType.length);
  const writer = new ProtobufWriter(FRAME_BYTES + text + data.length + metadata.length);
  const position = halves(event.position);
  writer.message(1, () => {
    writer.uint64(3, ...position);
    writer.message(1, () => writeRecorded(writer, event, { position, uuid }));
  });
  return writer.written;
}

function writeRecorded(
  writer: ProtobufWriter,
  event: StoredEvent,
  { position, uuid }: { readonly position: [number, number]; readonly uuid: 'string' | 'structured' },
): void {
  if (event.data.length > 0) writer.content(8, event.data);
  if (event.metadata.length > 0) writer.content(7, event.metadata);
  writeProperty(writer, 'type', event.type);
  writeProperty(writer, 'created', event.created.toString());
  writeProperty(writer, 'content-type', event.contentType);
  writeNumber(writer, 5, position);
  writeNumber(writer, 4, position);
  writeNumber(writer, 3, halves(event.revision));
  writer.message(2, () => writer.text(3, event.stream));
  writer.message(1, () => (uuid === 'string' ? writer.text(2, event.id) : writeStructured(writer, event.id)));
}

/** One entry of the map field `metadata`. */
function writeProperty(writer: ProtobufWriter, name: string, value: string): void {
  writer.message(6, () => {
    writer.text(2, value);
    writer.text(1, name);
  });
}

function writeStructured(writer: ProtobufWriter, id: string): void {
  const hex = id.replaceAll('-', '');
  const part = (from: number): number => Number.parseInt(hex.slice(from, from + 8), 16);
  writer.message(1, () => {
    writeNumber(writer, 2, [part(16), part(24)]);
    writeNumber(writer, 1, [part(0), part(8)]);
  });
}

function writeNumber(writer: ProtobufWriter, field: number, [high, low]: [number, number]): void {
  if (high > 0 || low > 0) writer.uint64(field, high, low);
}
