import { randomUUID } from 'node:crypto';
import type { handleServerStreamingCall } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogReader } from '../log/log.reader.js';
import { PAGE_EVENTS } from '../log/log.reader.js';
import { NO_REVISION, type StoredEvent } from '../log/stored-event.model.js';
import { streamDeleted } from '../wire/call.error.js';
import { readQuestion, type ReadQuestion } from '../wire/read-request.codec.js';
import { encodeEventResponse } from '../wire/event-response.encoder.js';
import { caughtUp, checkpoint, confirmation, type ReadAnswer, streamNotFound } from '../wire/read-response.codec.js';
import { CallSink } from './call.sink.js';
import { type ServiceContext, statusOf } from './service.context.js';

/** Streams.Read: finite reads and subscriptions of a stream or of $all. */
export const readService =
  ({ log, calls, authorise }: ServiceContext): handleServerStreamingCall<ReadReq, ReadAnswer> =>
  (call) => {
    const sink = new CallSink(call);
    const forget = calls.add((error) => sink.abort(error));
    const serve = async () => {
      authorise(call.metadata);
      const question = readQuestion(call.request);
      await answer(question, log.reader, sink);
    };
    serve()
      .then(() => sink.end())
      .catch((error: unknown) => sink.fail(statusOf(error)))
      .finally(forget);
  };

type Source<K> = Extract<ReadQuestion['source'], { kind: K }>;

function answer(question: ReadQuestion, reader: LogReader, sink: CallSink<ReadAnswer>): Promise<void> {
  const { source, until } = question;
  if (until.kind === 'count') {
    return source.kind === 'all'
      ? readAll({ ...question, count: until.count }, reader, sink)
      : readStream({ ...question, source, count: until.count }, reader, sink);
  }
  return source.kind === 'all'
    ? followAll(question, reader, sink)
    : followStream({ ...question, source }, reader, sink);
}

type Counted = ReadQuestion & { readonly count: bigint };

async function readStream(
  question: Counted & { source: Source<'stream'> },
  reader: LogReader,
  sink: CallSink<ReadAnswer>,
) {
  const { stream } = question.source;
  const state = await reader.state(stream);
  if (state.tombstoned) throw streamDeleted(stream);
  if (state.revision === NO_REVISION || state.softDeleted) return void (await sink.write(streamNotFound(stream)));
  let left = question.count;
  if (left <= 0n) return;
  for await (const page of reader.streamPages(stream, { ...question, state })) {
    for (const event of page) {
      await sink.write(encodeEventResponse(event, question.uuid));
      if ((left -= 1n) <= 0n || sink.signal.aborted) return;
    }
  }
}

async function readAll(question: Counted, reader: LogReader, sink: CallSink<ReadAnswer>) {
  let left = question.count;
  if (left <= 0n) return;
  const limit = question.filter || left > PAGE_EVENTS ? PAGE_EVENTS : Number(left);
  for await (const page of reader.logPages(question, limit)) {
    if (sink.signal.aborted) return;
    for (const event of page) {
      if (question.filter && !question.filter.matches(event)) continue;
      await sink.write(encodeEventResponse(event, question.uuid));
      if ((left -= 1n) <= 0n || sink.signal.aborted) return;
    }
  }
}

async function followAll({ from, filter, uuid }: ReadQuestion, reader: LogReader, sink: CallSink<ReadAnswer>) {
  await sink.write(confirmation(randomUUID()));
  let considered = 0;
  for await (const page of reader.followAll(from, sink.signal)) {
    if (page === 'caught-up') {
      await sink.write(caughtUp());
      continue;
    }
    for (const event of page) {
      if (sink.signal.aborted) return;
      if (!filter || filter.matches(event)) await sink.write(encodeEventResponse(event, uuid));
      if (filter && (considered += 1) % filter.checkpointEvery === 0) await sink.write(checkpoint(event.position));
    }
  }
}

async function followStream(
  { source, from, uuid }: ReadQuestion & { source: Source<'stream'> },
  reader: LogReader,
  sink: CallSink<ReadAnswer>,
) {
  if ((await reader.state(source.stream)).tombstoned) throw streamDeleted(source.stream);
  await sink.write(confirmation(randomUUID()));
  for await (const page of reader.followStream(source.stream, from, sink.signal)) {
    if (page === 'deleted') throw streamDeleted(source.stream);
    if (page === 'caught-up') await sink.write(caughtUp());
    else await writeAll(page, uuid, sink);
  }
}

async function writeAll(events: readonly StoredEvent[], uuid: ReadQuestion['uuid'], sink: CallSink<ReadAnswer>) {
  for (const event of events) {
    if (sink.signal.aborted) return;
    await sink.write(encodeEventResponse(event, uuid));
  }
}
