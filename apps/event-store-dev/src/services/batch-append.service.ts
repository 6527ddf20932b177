import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { ProposedEvents, readExpected, readStreamName } from '../wire/append-request.codec.js';
import { type BatchAnswer, batchRefusal, batchResponse } from '../wire/append-response.codec.js';
import { CallError, invalidArgument } from '../wire/call.error.js';
import { readUuid } from '../wire/uuid.codec.js';
import { type ServiceContext, statusOf } from './service.context.js';

/** Above this many waiting bytes no more is taken from the socket until the writer has caught up. */
const HOLD_BACK_BYTES = 64 * 1024 * 1024;

interface Partial {
  readonly answer: BatchAnswer;
  readonly deadline: number | undefined;
  readonly proposed: ProposedEvents;
  refused: boolean;
}

/** Streams.BatchAppend: many appends share one duplex call, told apart by their correlation ids. */
export const batchAppendService =
  (context: ServiceContext): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> =>
  (call) => {
    try {
      context.authorise(call.metadata);
    } catch (error) {
      call.emit('error', statusOf(error));
      return;
    }
    new BatchCall(call, context).serve();
  };

class BatchCall {
  private readonly partials = new Map<string, Partial>();
  private open = 0;
  private ended = false;
  private over = false;

  constructor(
    private readonly call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>,
    private readonly context: ServiceContext,
  ) {}

  serve(): void {
    const { call } = this;
    const forget = this.context.calls.add((error) => this.fail(error));
    call.on('data', (request: BatchAppendReq) => {
      try {
        this.receive(request);
      } catch (error) {
        this.fail(error);
      }
    });
    call.on('end', () => {
      this.ended = true;
      this.finish();
    });
    call.on('cancelled', () => (this.over = true));
    call.on('close', forget);
    call.on('error', forget);
  }

  private receive(request: BatchAppendReq): void {
    const id = readUuid(request.getCorrelationId());
    if (id === undefined) throw invalidArgument('the correlation id is no UUID');
    const partial = this.partials.get(id) ?? begin(request);
    this.partials.set(id, partial);
    if (!partial.refused) this.collect(partial, request);
    if (!request.getIsFinal()) return;
    this.partials.delete(id);
    if (!partial.refused) this.submit(partial);
  }

  private collect(partial: Partial, request: BatchAppendReq): void {
    try {
      for (const message of request.getProposedMessagesList()) partial.proposed.add(message);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      partial.refused = true;
      this.write(batchRefusal(partial.answer, error));
    }
  }

  private submit({ answer, deadline, proposed }: Partial): void {
    const { writer } = this.context.log;
    const { stream, expected } = answer;
    const expired = () => this.over || (deadline !== undefined && Date.now() > deadline);
    this.open += 1;
    void writer.submit({ kind: 'append', stream, expected, events: proposed.events, expired }).then((outcome) => {
      this.open -= 1;
      this.write(batchResponse(answer, outcome));
      this.finish();
    });
    if (writer.waitingBytes > HOLD_BACK_BYTES) {
      this.call.pause();
      void writer.idle().then(() => this.call.resume());
    }
  }

  private write(response: BatchAppendResp): void {
    if (!this.over) this.call.write(response);
  }

  private finish(): void {
    if (this.over || !this.ended || this.open > 0) return;
    this.over = true;
    this.call.end();
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.over = true;
    this.call.emit('error', statusOf(error));
  }
}

function begin(request: BatchAppendReq): Partial {
  const options = request.getOptions();
  const correlationId = request.getCorrelationId();
  if (!options || !correlationId) throw invalidArgument('an append begins with its options');
  const answer = {
    correlationId,
    stream: readStreamName(options.getStreamIdentifier()),
    expected: readExpected(options, () => options.getStreamPosition()),
  };
  return {
    answer,
    deadline: options.getDeadline()?.toDate().getTime(),
    proposed: new ProposedEvents(),
    refused: false,
  };
}
