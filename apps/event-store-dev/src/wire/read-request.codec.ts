import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { LAST_REVISION } from '../log/stored-event.model.js';
import { readStreamName } from './append-request.codec.js';
import { invalidArgument } from './call.error.js';
import { type EventFilter, readFilter } from './event.filter.js';

export type ReadStart = bigint | 'start' | 'end';

/** What a Read call asks for. */
export interface ReadQuestion {
  readonly source: { readonly kind: 'all' } | { readonly kind: 'stream'; readonly stream: string };
  readonly from: ReadStart;
  readonly direction: 'forwards' | 'backwards';
  /** How many events to read, or a subscription that never ends. */
  readonly until: { readonly kind: 'count'; readonly count: bigint } | { readonly kind: 'subscription' };
  readonly filter?: EventFilter;
  readonly uuid: 'string' | 'structured';
}

const place = (text: string): bigint => {
  const value = BigInt.asUintN(64, BigInt(text));
  return value > LAST_REVISION ? LAST_REVISION : value;
};

/** @throws CallError for a question that makes no sense. */
export function readQuestion(request: ReadReq): ReadQuestion {
  const options = request.getOptions();
  if (!options) throw invalidArgument('the options are missing');
  const filter = readFilter(options.getFilter());
  const until = options.hasSubscription()
    ? ({ kind: 'subscription' } as const)
    : ({ kind: 'count', count: BigInt(options.getCount()) } as const);
  const backwards = options.getReadDirection() === streamsPb.ReadReq.Options.ReadDirection.BACKWARDS;
  if (backwards && until.kind === 'subscription') throw invalidArgument('a subscription goes forwards');
  const question = {
    direction: backwards ? ('backwards' as const) : ('forwards' as const),
    until,
    ...(filter && { filter }),
    uuid: options.getUuidOption()?.hasStructured() ? ('structured' as const) : ('string' as const),
  };
  const all = options.getAll();
  if (all) {
    const from = all.hasStart() ? 'start' : all.hasEnd() ? 'end' : place(all.getPosition()?.getCommitPosition() ?? '0');
    return { ...question, source: { kind: 'all' }, from };
  }
  const stream = options.getStream();
  if (!stream) throw invalidArgument('name a stream, or $all');
  if (filter) throw invalidArgument('only $all can be filtered');
  const from = stream.hasStart() ? 'start' : stream.hasEnd() ? 'end' : place(stream.getRevision());
  return { ...question, source: { kind: 'stream', stream: readStreamName(stream.getStreamIdentifier()) }, from };
}
