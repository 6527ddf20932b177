import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { answerOf, appendMessage, correlationOf } from './batch.messages.js';
import type { AppendAnswer, PreparedAppend } from './batch.messages.js';
import { internalsOf } from './client.internals.js';

type BatchStream = ClientDuplexStream<BatchAppendReq, BatchAppendResp>;

/** The answer to an append did not come. Proof of nothing: the events may be stored. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

interface Waiting {
  stream: string;
  sentAt: number;
  timer: NodeJS.Timeout;
  resolve(answer: AppendAnswer): void;
  reject(error: NoAnswerError): void;
}

/**
 * One append stream on one connection, shared by every append in flight. It keeps its own books: losing it fails its
 * own appends and no others, an answer nobody waits for any more is dropped, and every append has a timer of its own.
 */
export class BatchLane {
  /** False once the stream has ended: open another. */
  alive = true;
  /** True when it was given up for silence: leave its connection behind, too. */
  wedged = false;
  private readonly waiting = new Map<string, Waiting>();
  private lastHeard = performance.now();

  private constructor(
    readonly client: EventStoreDBClient,
    private readonly stream: BatchStream,
  ) {
    stream.on('data', (response: BatchAppendResp) => this.hear(response));
    stream.on('error', (error: Error) => this.lose('the append stream broke', error));
    stream.on('end', () => this.close('the server ended the append stream'));
  }

  /** Rejects when no connection can be made (discovery failed); a connection lost later fails the appends instead. */
  static async open(client: EventStoreDBClient): Promise<BatchLane> {
    const internals = internalsOf(client);
    let lane: BatchLane | undefined;
    const open = internals.GRPCStreamCreator(StreamsClient, 'batchAppend', (grpc) => {
      const stream = grpc.batchAppend(...internals.callArguments({ requiresLeader: true }, { deadline: Infinity }));
      lane = new BatchLane(client, stream);
      return stream;
    });
    await open();
    if (!lane) throw new NoAnswerError('the client opened no append stream');
    return lane;
  }

  /**
   * @throws NoAnswerError after `timeoutMs`, or when the stream is lost. If the server said nothing at all since this
   * append was sent, the whole lane is given up.
   */
  append(append: PreparedAppend, timeoutMs: number): Promise<AppendAnswer> {
    const { correlation, message } = appendMessage(append);
    return new Promise((resolve, reject) => {
      if (!this.alive) return reject(new NoAnswerError('the append stream was already lost'));
      const sentAt = performance.now();
      const timer = setTimeout(() => this.expire(correlation, timeoutMs), timeoutMs);
      this.waiting.set(correlation, { stream: append.stream, sentAt, timer, resolve, reject });
      this.stream.write(message);
    });
  }

  /** Takes no more appends; those in flight are still answered. */
  retire(): void {
    if (!this.alive) return;
    this.alive = false;
    this.stream.end();
  }

  /** Fails everything in flight and ends the stream. */
  close(reason: string): void {
    this.lose(reason);
    this.stream.cancel();
  }

  private hear(response: BatchAppendResp): void {
    this.lastHeard = performance.now();
    const waiting = this.take(correlationOf(response));
    waiting?.resolve(answerOf(response, waiting.stream));
  }

  private expire(correlation: string, timeoutMs: number): void {
    const waiting = this.take(correlation);
    if (!waiting) return;
    waiting.reject(new NoAnswerError(`no answer within ${timeoutMs} ms`));
    if (this.lastHeard >= waiting.sentAt) return;
    this.wedged = true;
    this.close('the append stream was silent');
  }

  private lose(reason: string, cause?: Error): void {
    this.alive = false;
    for (const correlation of [...this.waiting.keys()])
      this.take(correlation)?.reject(new NoAnswerError(reason, { cause }));
  }

  private take(correlation: string): Waiting | undefined {
    const waiting = this.waiting.get(correlation);
    if (!waiting) return undefined;
    clearTimeout(waiting.timer);
    this.waiting.delete(correlation);
    return waiting;
  }
}
