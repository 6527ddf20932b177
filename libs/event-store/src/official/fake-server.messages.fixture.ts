import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { AppendResult } from '../event-store.port.js';
import type { LogAppend, LoggedEvent } from '../memory/event-log.js';

/** An append as it arrived on the wire. */
export interface AppendSeen extends LogAppend {
  correlation: UUID;
  contentTypes: string[];
  /** The instant after which a server refuses it, in ms of the server's epoch. */
  deadline: number | undefined;
}

export type Refusal = 'not_ready' | 'no_details' | 'tombstoned' | 'too_large' | 'expired';

export type ReadSeen =
  | { kind: 'subscription'; after: bigint }
  | { kind: 'head' }
  | { kind: 'stream'; stream: string; from: number; count: number; backwards: boolean };

export function readAppend(request: BatchAppendReq): AppendSeen {
  const options = request.getOptions();
  const correlation = request.getCorrelationId();
  if (!options || !correlation || !request.getIsFinal()) throw new Error('expected one whole append per message');
  const proposed = request.getProposedMessagesList();
  return {
    correlation,
    stream: Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8'),
    expectedRevision: options.hasNoStream() ? 'no_stream' : BigInt(options.getStreamPosition()),
    contentTypes: proposed.map((message) => message.getMetadataMap().get('content-type') ?? ''),
    deadline: options.getDeadline()?.toDate().getTime(),
    metadata: proposed[0]?.getCustomMetadata_asU8() ?? new Uint8Array(),
    created: new Date(),
    events: proposed.map((message) => ({
      id: message.getId()?.getString() ?? '',
      type: message.getMetadataMap().get('type') ?? '',
      json: Buffer.from(message.getData_asU8()),
    })),
  };
}

export function appended(append: AppendSeen, result: AppendResult): BatchAppendResp {
  const response = respondTo(append);
  if (result.kind === 'appended') {
    const success = new streamsPb.BatchAppendResp.Success();
    success.setCurrentRevision(String(result.revision));
    const position = new sharedPb.AllStreamPosition();
    position.setCommitPosition(String(result.position));
    position.setPreparePosition(String(result.position));
    success.setPosition(position);
    return response.setSuccess(success);
  }
  const wrong = new sharedPb.WrongExpectedVersion();
  if (result.actualRevision === 'no_stream') wrong.setCurrentNoStream(new emptyPb.Empty());
  else wrong.setCurrentStreamRevision(String(result.actualRevision));
  if (append.expectedRevision === 'no_stream') wrong.setExpectedNoStream(new emptyPb.Empty());
  else wrong.setExpectedStreamPosition(String(append.expectedRevision));
  return response.setError(rpcStatus(6, 'WrongExpectedVersion', wrong.serializeBinary()));
}

export function refusal(append: AppendSeen, how: Refusal): BatchAppendResp {
  const response = respondTo(append);
  switch (how) {
    case 'no_details': {
      const bare = new statusPb.Status();
      bare.setCode(13);
      return response.setError(bare);
    }
    case 'not_ready': {
      const notReady = new statusPb.Status();
      notReady.setMessage('Server Is Not Ready');
      const any = new anyPb.Any();
      any.pack(new emptyPb.Empty().serializeBinary(), 'google.protobuf.Empty');
      return response.setError(notReady.setDetails(any));
    }
    case 'tombstoned':
      return response.setError(rpcStatus(5, 'StreamDeleted', new sharedPb.StreamDeleted().serializeBinary()));
    case 'expired':
      return response.setError(rpcStatus(4, 'Timeout', new sharedPb.Timeout().serializeBinary()));
    case 'too_large': {
      const limit = new sharedPb.MaximumAppendSizeExceeded();
      limit.setMaxappendsize(1_048_576);
      return response.setError(rpcStatus(3, 'MaximumAppendSizeExceeded', limit.serializeBinary()));
    }
  }
}

export function readOptions(request: ReadReq): ReadSeen {
  const options = request.getOptions();
  const all = options?.getAll();
  if (options?.hasSubscription()) {
    if (!options.getFilter()?.getStreamIdentifier()?.getRegex()) throw new Error('expected a filter on stream names');
    return { kind: 'subscription', after: BigInt(all?.getPosition()?.getCommitPosition() ?? '0') };
  }
  if (all) return { kind: 'head' };
  const name = options?.getStream()?.getStreamIdentifier()?.getStreamName_asU8() ?? [];
  const count = Number(options?.getCount());
  const from = Number(options?.getStream()?.getRevision() ?? '0');
  return {
    kind: 'stream',
    stream: Buffer.from(name).toString('utf8'),
    from,
    count,
    backwards: options?.getReadDirection() === 1,
  };
}

export function event(logged: LoggedEvent): ReadResp {
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new sharedPb.UUID().setString(logged.id));
  recorded.setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(logged.stream)));
  recorded.setStreamRevision(String(logged.revision));
  recorded.setCommitPosition(String(logged.position));
  recorded.setPreparePosition(String(logged.position));
  recorded.getMetadataMap().set('type', logged.type);
  recorded.getMetadataMap().set('content-type', 'application/json');
  recorded.getMetadataMap().set('created', String(BigInt(logged.created.getTime()) * 10_000n));
  recorded.setCustomMetadata(logged.metadata);
  recorded.setData(logged.json);
  const read = new streamsPb.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(logged.position));
  return new streamsPb.ReadResp().setEvent(read);
}

export function checkpoint(position: bigint, lead: bigint): ReadResp {
  const mark = new streamsPb.ReadResp.Checkpoint();
  mark.setCommitPosition(String(position + lead));
  mark.setPreparePosition(String(position));
  return new streamsPb.ReadResp().setCheckpoint(mark);
}

export function confirmation(): ReadResp {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation();
  return new streamsPb.ReadResp().setConfirmation(confirmed.setSubscriptionId('fake'));
}

export function caughtUp(): ReadResp {
  return new streamsPb.ReadResp().setCaughtUp(new streamsPb.ReadResp.CaughtUp());
}

export function streamNotFound(stream: string): ReadResp {
  const missing = new streamsPb.ReadResp.StreamNotFound();
  missing.setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream)));
  return new streamsPb.ReadResp().setStreamNotFound(missing);
}

function respondTo(append: AppendSeen): BatchAppendResp {
  const response = new streamsPb.BatchAppendResp();
  response.setCorrelationId(append.correlation);
  return response.setStreamIdentifier(new sharedPb.StreamIdentifier().setStreamName(Buffer.from(append.stream)));
}

function rpcStatus(code: number, type: string, bytes: Uint8Array): InstanceType<typeof statusPb.Status> {
  const details = new anyPb.Any();
  details.pack(bytes, `event_store.client.${type}`);
  return new statusPb.Status()
    .setCode(code as never)
    .setMessage(type)
    .setDetails(details);
}
