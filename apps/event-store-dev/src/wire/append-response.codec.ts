import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { AppendResp, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { status } from '@grpc/grpc-js';
import type { Expected } from '../log/stored-event.model.js';
import type { WriteOutcome } from '../log/write.command.js';
import { type CallError, deadlinePassed, MAX_APPEND_BYTES, streamDeleted, unavailable } from './call.error.js';

/** The answer of the unary path. A conflict is an answer; what is a status is thrown as a CallError. */
export function appendResponse(stream: string, expected: Expected, outcome: WriteOutcome): AppendResp {
  const response = new streamsPb.AppendResp();
  switch (outcome.kind) {
    case 'written': {
      const position = new streamsPb.AppendResp.Position();
      position.setCommitPosition(outcome.position.toString()).setPreparePosition(outcome.position.toString());
      const success = new streamsPb.AppendResp.Success().setPosition(position);
      return response.setSuccess(success.setCurrentRevision(outcome.revision.toString()));
    }
    case 'nothing-written': {
      const success = new streamsPb.AppendResp.Success().setNoPosition(new sharedPb.Empty());
      if (outcome.current === undefined) success.setNoStream(new sharedPb.Empty());
      else success.setCurrentRevision(outcome.current.toString());
      return response.setSuccess(success);
    }
    case 'wrong-version': {
      const wrong = new streamsPb.AppendResp.WrongExpectedVersion();
      if (outcome.current === undefined) wrong.setCurrentNoStream(new sharedPb.Empty());
      else wrong.setCurrentRevision(outcome.current.toString());
      if (expected === 'any') wrong.setExpectedAny(new sharedPb.Empty());
      else if (expected === 'no_stream') wrong.setExpectedNoStream(new sharedPb.Empty());
      else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new sharedPb.Empty());
      else wrong.setExpectedRevision(expected.toString());
      return response.setWrongExpectedVersion(wrong);
    }
    default:
      throw outcomeError(stream, outcome);
  }
}

type Failure = Exclude<WriteOutcome, { kind: 'written' | 'nothing-written' | 'wrong-version' }>;

export function outcomeError(stream: string, outcome: Failure): CallError {
  switch (outcome.kind) {
    case 'stream-deleted':
      return streamDeleted(stream);
    case 'expired':
      return deadlinePassed();
    case 'unavailable':
      return unavailable(outcome.reason);
  }
}

export interface BatchAnswer {
  readonly correlationId: UUID;
  /** The stream as it was sent. */
  readonly stream: string;
  readonly expected: Expected;
}

/** The answer of the duplex path: everything that went wrong travels inside it. */
export function batchResponse(answer: BatchAnswer, outcome: WriteOutcome): BatchAppendResp {
  const { expected } = answer;
  if (outcome.kind === 'wrong-version') return batchError(answer, wrongVersionStatus(expected, outcome.current));
  if (outcome.kind === 'stream-deleted') return batchError(answer, streamDeletedStatus(answer.stream));
  if (outcome.kind === 'expired')
    return batchError(answer, namedStatus(status.DEADLINE_EXCEEDED, 'Timeout', new sharedPb.Timeout()));
  if (outcome.kind === 'unavailable')
    return batchError(answer, namedStatus(status.UNKNOWN, 'Unknown', new sharedPb.Unknown()));
  const success = new streamsPb.BatchAppendResp.Success();
  if (outcome.kind === 'written') {
    const position = new sharedPb.AllStreamPosition();
    position.setCommitPosition(outcome.position.toString()).setPreparePosition(outcome.position.toString());
    success.setPosition(position).setCurrentRevision(outcome.revision.toString());
  } else {
    success.setNoPosition(new emptyPb.Empty());
    if (outcome.current === undefined) success.setNoStream(new emptyPb.Empty());
    else success.setCurrentRevision(outcome.current.toString());
  }
  return answerTo(answer).setSuccess(success);
}

/** The answer to an append that was refused before it reached the log. */
export function batchRefusal(answer: BatchAnswer, error: CallError): BatchAppendResp {
  if (error.metadata.get('exception')[0] === 'maximum-append-size-exceeded') {
    const details = new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_BYTES);
    return batchError(answer, namedStatus(status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details));
  }
  const details = new sharedPb.BadRequest().setMessage(error.details);
  return batchError(answer, namedStatus(status.INVALID_ARGUMENT, 'BadRequest', details).setMessage(error.details));
}

function answerTo({ correlationId, stream, expected }: BatchAnswer): BatchAppendResp {
  const response = new streamsPb.BatchAppendResp().setCorrelationId(correlationId);
  response.setStreamIdentifier(identifier(stream));
  if (expected === 'any') return response.setAny(new emptyPb.Empty());
  if (expected === 'no_stream') return response.setNoStream(new emptyPb.Empty());
  if (expected === 'stream_exists') return response.setStreamExists(new emptyPb.Empty());
  return response.setStreamPosition(expected.toString());
}

const batchError = (answer: BatchAnswer, error: Status): BatchAppendResp => answerTo(answer).setError(error);

export const identifier = (stream: string) =>
  new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'));

function namedStatus(code: number, name: string, details: { serializeBinary(): Uint8Array }): Status {
  const any = new anyPb.Any();
  any.pack(details.serializeBinary(), `event_store.client.${name}`);
  return new statusPb.Status().setCode(code).setMessage(name).setDetails(any);
}

function streamDeletedStatus(stream: string): Status {
  const details = new sharedPb.StreamDeleted().setStreamIdentifier(identifier(stream));
  return namedStatus(status.NOT_FOUND, 'StreamDeleted', details);
}

function wrongVersionStatus(expected: Expected, current: bigint | undefined): Status {
  const details = new sharedPb.WrongExpectedVersion();
  if (current === undefined) details.setCurrentNoStream(new emptyPb.Empty());
  else details.setCurrentStreamRevision(current.toString());
  if (expected === 'any') details.setExpectedAny(new emptyPb.Empty());
  else if (expected === 'no_stream') details.setExpectedNoStream(new emptyPb.Empty());
  else if (expected === 'stream_exists') details.setExpectedStreamExists(new emptyPb.Empty());
  else details.setExpectedStreamPosition(expected.toString());
  return namedStatus(status.ALREADY_EXISTS, 'WrongExpectedVersion', details);
}
