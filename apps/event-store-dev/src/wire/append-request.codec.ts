import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, NewEvent } from '../log/stored-event.model.js';
import { appendTooLarge, invalidArgument, MAX_APPEND_BYTES, missingMetadata } from './call.error.js';
import { readUuid } from './uuid.codec.js';

const LONGEST_STREAM_NAME = 2_000;

/** A stream's name as text. @throws CallError for names that cannot be written or read. */
export function readStreamName(identifier: { getStreamName_asU8(): Uint8Array } | undefined): string {
  const bytes = identifier?.getStreamName_asU8() ?? new Uint8Array();
  if (bytes.length === 0) throw invalidArgument('the stream name is missing');
  if (bytes.length > LONGEST_STREAM_NAME)
    throw invalidArgument(`a stream name has at most ${LONGEST_STREAM_NAME} bytes`);
  const name = Buffer.from(bytes).toString('utf8');
  if (name.includes('\0')) throw invalidArgument('a stream name holds no NUL');
  if (name === '$all') throw invalidArgument('$all is not a stream that can be named here');
  return name;
}

interface ExpectedOptions {
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

/** The expectation of Append, Delete and Tombstone options; `revision` is read by the caller's own name for it. */
export function readExpected(options: ExpectedOptions, revision: () => string): Expected {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  if (options.hasAny()) return 'any';
  return BigInt.asIntN(64, BigInt(revision()));
}

/** Collects the events of one append and refuses it as soon as it grows past the limit. */
export class ProposedEvents {
  readonly events: NewEvent[] = [];
  private bytes = 0;

  /** @throws CallError */
  add(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): void {
    const id = readUuid(message.getId());
    if (id === undefined) throw invalidArgument('an event id is no UUID');
    const properties = message.getMetadataMap();
    const type = properties.get('type');
    const contentType = properties.get('content-type');
    if (!type || !contentType) throw missingMetadata();
    if (type.includes('\0') || contentType.includes('\0')) throw invalidArgument('an event type holds no NUL');
    const data = message.getData_asU8();
    const metadata = message.getCustomMetadata_asU8();
    this.bytes += data.length + metadata.length + type.length * 2;
    if (this.bytes > MAX_APPEND_BYTES) throw appendTooLarge();
    this.events.push({ id, type, contentType, data, metadata });
  }
}
