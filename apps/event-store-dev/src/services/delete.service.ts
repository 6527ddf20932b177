import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { handleUnaryCall, ServiceError } from '@grpc/grpc-js';
import { readExpected, readStreamName } from '../wire/append-request.codec.js';
import { outcomeError } from '../wire/append-response.codec.js';
import { invalidArgument, wrongVersion } from '../wire/call.error.js';
import { type ServiceContext, statusOf } from './service.context.js';

type Options = DeleteReq.Options | TombstoneReq.Options;

/** Streams.Delete: soft; the stream can be written again and keeps its numbering. */
export const deleteService =
  (context: ServiceContext): handleUnaryCall<DeleteReq, DeleteResp> =>
  (call, callback) => {
    remove('delete', context, call)
      .then((position) => {
        const at = new streamsPb.DeleteResp.Position().setCommitPosition(position).setPreparePosition(position);
        callback(null, new streamsPb.DeleteResp().setPosition(at));
      })
      .catch((error: unknown) => callback(statusOf(error) as ServiceError));
  };

/** Streams.Tombstone: final; the stream can never be written or read again. */
export const tombstoneService =
  (context: ServiceContext): handleUnaryCall<TombstoneReq, TombstoneResp> =>
  (call, callback) => {
    remove('tombstone', context, call)
      .then((position) => {
        const at = new streamsPb.TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position);
        callback(null, new streamsPb.TombstoneResp().setPosition(at));
      })
      .catch((error: unknown) => callback(statusOf(error) as ServiceError));
  };

interface RemoveCall {
  readonly metadata: Parameters<ServiceContext['authorise']>[0];
  readonly cancelled: boolean;
  readonly request: { getOptions(): Options | undefined };
}

async function remove(
  kind: 'delete' | 'tombstone',
  { log, authorise }: ServiceContext,
  call: RemoveCall,
): Promise<string> {
  authorise(call.metadata);
  const options = call.request.getOptions();
  if (!options) throw invalidArgument('the options are missing');
  const stream = readStreamName(options.getStreamIdentifier());
  const expected = readExpected(options, () => options.getRevision());
  const outcome = await log.writer.submit({ kind, stream, expected, expired: () => call.cancelled });
  switch (outcome.kind) {
    case 'written':
      return outcome.position.toString();
    case 'wrong-version':
      throw wrongVersion(stream, expected, outcome.current);
    case 'nothing-written':
      throw new Error('a deletion always writes');
    default:
      throw outcomeError(stream, outcome);
  }
}
