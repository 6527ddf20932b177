import { randomUUID } from 'node:crypto';
import type { Message } from 'google-protobuf';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { IdentifiedEvent } from '../event-id.js';
import { AppendRejectedError, StreamDeletedError } from '../event-store.errors.js';
import type { EventStoreError } from '../event-store.errors.js';
import type { ExpectedRevision } from '../event-store.port.js';

/** One append, identified and serialised once, however often it is sent. */
export interface PreparedAppend {
  stream: string;
  commandId: string;
  expectedRevision: ExpectedRevision;
  events: readonly IdentifiedEvent[];
  metadata: Uint8Array;
}

/** What the server said of one append. `unclear`: it said something that proves neither storing nor not storing. */
export type AppendAnswer =
  | { kind: 'stored'; revision: bigint; position: bigint | undefined }
  | { kind: 'wrong_revision'; actualRevision: ExpectedRevision }
  | { kind: 'refused'; error: EventStoreError }
  | { kind: 'unclear'; message: string };

const ERRORS = 'event_store.client.';

/**
 * The append as one final message, and the correlation id its answer will carry. It names no deadline: the wire knows only
 * an instant, and a sender whose clock is behind would have every append refused. The sender times it; the server has its own limit.
 */
export function appendMessage(append: PreparedAppend): { correlation: string; message: BatchAppendReq } {
  const correlation = randomUUID();
  const message = new streamsPb.BatchAppendReq();
  message.setCorrelationId(new sharedPb.UUID().setString(correlation));
  message.setOptions(optionsOf(append));
  message.setIsFinal(true);
  for (const event of append.events) {
    const proposed = new streamsPb.BatchAppendReq.ProposedMessage();
    proposed.setId(new sharedPb.UUID().setString(event.id));
    proposed.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
    proposed.setCustomMetadata(append.metadata);
    proposed.setData(event.json);
    message.addProposedMessages(proposed);
  }
  return { correlation, message };
}

/** The correlation id of an answer, lower case, whichever of its two wire forms the server chose. */
export function correlationOf(response: BatchAppendResp): string {
  const id: UUID | undefined = response.getCorrelationId();
  const structured = id?.getStructured();
  if (!structured) return (id?.getString() ?? '').toLowerCase();
  const half = (bits: string): string => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const hex = half(structured.getMostSignificantBits()) + half(structured.getLeastSignificantBits());
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function answerOf(response: BatchAppendResp, stream: string): AppendAnswer {
  const success = response.getSuccess();
  if (success?.hasCurrentRevision()) {
    const position = success.getPosition()?.getCommitPosition();
    return {
      kind: 'stored',
      revision: BigInt(success.getCurrentRevision()),
      position: position === undefined ? undefined : BigInt(position),
    };
  }
  const error = response.getError();
  return error ? refusalOf(error, stream) : { kind: 'unclear', message: 'neither success nor error' };
}

function refusalOf(error: Status, stream: string): AppendAnswer {
  const details = error.getDetails();
  switch (details?.getTypeName()) {
    case `${ERRORS}WrongExpectedVersion`: {
      const wrong = sharedPb.WrongExpectedVersion.deserializeBinary(details.getValue_asU8());
      const known = wrong.hasCurrentStreamRevision();
      return { kind: 'wrong_revision', actualRevision: known ? BigInt(wrong.getCurrentStreamRevision()) : 'no_stream' };
    }
    case `${ERRORS}StreamDeleted`:
      return { kind: 'refused', error: new StreamDeletedError(stream, 'tombstoned') };
    case `${ERRORS}AccessDenied`:
      return { kind: 'refused', error: new AppendRejectedError(stream, 'access_denied', error.getMessage()) };
    case `${ERRORS}BadRequest`:
      return { kind: 'refused', error: new AppendRejectedError(stream, 'invalid', error.getMessage()) };
    case `${ERRORS}MaximumAppendSizeExceeded`: {
      const limit = sharedPb.MaximumAppendSizeExceeded.deserializeBinary(details.getValue_asU8()).getMaxappendsize();
      return { kind: 'refused', error: new AppendRejectedError(stream, 'too_large', `more than ${limit} bytes`) };
    }
    default:
      // Timeouts, "Server Is Not Ready" (which comes as an empty Any) and whatever a newer server may invent.
      return { kind: 'unclear', message: error.getMessage() || 'an error without details' };
  }
}

function optionsOf(append: PreparedAppend): Message & InstanceType<typeof streamsPb.BatchAppendReq.Options> {
  const options = new streamsPb.BatchAppendReq.Options();
  options.setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(append.stream, 'utf8')));
  if (append.expectedRevision === 'no_stream') options.setNoStream(new sharedPb.Empty() as never);
  else options.setStreamPosition(append.expectedRevision.toString(10));
  return options;
}
