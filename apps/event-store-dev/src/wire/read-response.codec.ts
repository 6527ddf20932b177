import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';

/** An answer to a read: a message, or its bytes. */
export type ReadAnswer = ReadResp | Buffer;

export const serialiseReadAnswer = (answer: ReadAnswer): Buffer =>
  Buffer.isBuffer(answer) ? answer : Buffer.from(answer.serializeBinary());

export const confirmation = (id: string): ReadResp =>
  new streamsPb.ReadResp().setConfirmation(new streamsPb.ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const caughtUp = (): ReadResp => new streamsPb.ReadResp().setCaughtUp(new streamsPb.ReadResp.CaughtUp());

export function checkpoint(position: bigint): ReadResp {
  const at = new streamsPb.ReadResp.Checkpoint();
  at.setCommitPosition(position.toString()).setPreparePosition(position.toString());
  return new streamsPb.ReadResp().setCheckpoint(at);
}

export function streamNotFound(stream: string): ReadResp {
  const identifier = new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'));
  const missing = new streamsPb.ReadResp.StreamNotFound().setStreamIdentifier(identifier);
  return new streamsPb.ReadResp().setStreamNotFound(missing);
}
