import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LAST_REVISION, type StoredEvent } from '../log/stored-event.model.js';
import { encodeEventResponse } from './event-response.encoder.js';
import { writeUuid } from './uuid.codec.js';

/** The same message in the client's own classes. */
function eventResponse(event: StoredEvent, uuid: 'string' | 'structured'): ReadResp {
  const position = event.position.toString();
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent()
    .setId(writeUuid(event.id, uuid))
    .setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(event.stream, 'utf8')))
    .setStreamRevision(event.revision.toString())
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', event.created.toString());
  const read = new streamsPb.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position);
  return new streamsPb.ReadResp().setEvent(read);
}

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const body = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 120, maxLength: 3_000 }));
const place = fc.oneof(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: LAST_REVISION }));
const events: fc.Arbitrary<StoredEvent> = fc.record({
  id: fc.oneof(
    fc.uuid(),
    fc.constantFrom('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-0000-000000000001'),
  ),
  stream: name,
  type: name,
  contentType: fc.constantFrom('application/json', 'application/octet-stream'),
  data: body,
  metadata: body,
  revision: place,
  position: place.filter((position) => position > 0n),
  created: place,
});

it.each(['string', 'structured'] as const)(
  'writes an event byte for byte as the client’s own classes do, ids as %s',
  (uuid) => {
    fc.assert(
      fc.property(events, (event) => {
        expect(encodeEventResponse(event, uuid)).toEqual(Buffer.from(eventResponse(event, uuid).serializeBinary()));
      }),
      { numRuns: 200 },
    );
  },
);
