import {
  type ConsumerInfo,
  type JetStreamManager,
  type JsMsg,
  type MsgRequest,
  type NextMsgRequest,
  RetentionPolicy,
} from '@nats-io/jetstream';
import { orMissing } from './stream.topology.js';

/** How far a durable consumer is, as it says itself. Sequences are the stream's. */
export interface ConsumerStanding {
  /** The last message it has given to anybody. */
  readonly delivered: number;
  /** Everything up to here is acknowledged. */
  readonly ackFloor: number;
  /** Given, not acknowledged yet. */
  readonly ackPending: number;
}

/** The stream it reads, looked at after the consumer. */
export interface StreamStanding {
  /** The last sequence the stream has given to a message; 0 when it never had any. */
  readonly last: number;
  /** Of a work queue: the sequence of the oldest message on the consumer's subject. */
  readonly oldest?: number | undefined;
}

/** `beyond`: it has given what the stream never held. `passed_over`: something lies in the queue that it takes for done. */
export type Drift = 'beyond' | 'passed_over';

/**
 * Says when a consumer stands where its stream has never been, so that it leaves messages lying which it takes for done.
 *
 * A killed nats-server may bring an emptied work queue back with its sequences beginning anew while its consumers keep theirs
 * (nats-server issues 6600 and 6881; seen with 2.10.27); a stream rolled back by a restore does the same. What is stored then is
 * given to nobody until the stream has grown past the consumer. A message of a work queue is removed when it is acknowledged: one
 * that lies at or below what the consumer has done with shows it too, after the stream has grown.
 */
export function driftOf(consumer: ConsumerStanding, { last, oldest = Infinity }: StreamStanding): Drift | undefined {
  if (consumer.delivered > last) return 'beyond';
  const done = consumer.ackPending === 0 ? consumer.delivered : consumer.ackFloor;
  return oldest <= done ? 'passed_over' : undefined;
}

export const standingOf = ({ delivered, ack_floor, num_ack_pending }: ConsumerInfo): ConsumerStanding => ({
  delivered: delivered.stream_seq,
  ackFloor: ack_floor.stream_seq,
  ackPending: num_ack_pending,
});

/** An acknowledged message is removed a moment after its ack: one passed over that does not stay so shows nothing. */
const looks = 3;
const betweenLooksMs = 200;

type Asked = Pick<JetStreamManager, 'consumers' | 'streams'>;

/** Looks at a consumer and its stream. Takes time only when something seems wrong. @throws the client's error */
export async function looksAdrift(
  manager: Asked,
  of: { readonly stream: string; readonly durable: string; readonly subject: string },
): Promise<boolean> {
  let passedOver: number | undefined;
  for (let look = 1; ; look += 1) {
    // In this order: a stream only grows, and what the consumer has done with was in it.
    const consumer = await manager.consumers.info(of.stream, of.durable).catch(orMissing);
    if (!consumer) return false;
    const stream = await standingOfStream(manager, of);
    const drift = driftOf(standingOf(consumer), stream);
    if (!drift) return false;
    if (drift === 'passed_over') {
      if (passedOver !== undefined && passedOver !== stream.oldest) return false;
      passedOver = stream.oldest;
    }
    if (look === looks) return true;
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
  }
}

async function standingOfStream(
  { streams }: Asked,
  { stream, subject }: { readonly stream: string; readonly subject: string },
): Promise<StreamStanding> {
  const { state, config } = await streams.info(stream);
  const isQueue = config.retention === RetentionPolicy.Workqueue;
  if (!isQueue || state.messages === 0) return { last: state.last_seq };
  // The client's type leaves out what the server has known since 2.9.
  const first = { seq: 1, next_by_subj: subject } satisfies NextMsgRequest as MsgRequest;
  const oldest = await streams.getMessage(stream, first).catch(orMissing);
  return { last: state.last_seq, oldest: oldest?.seq };
}

/**
 * Whether the stream still holds this very message at its sequence. When it does, nothing of what came before it was rolled back
 * either, and acks for it and for those mean what they say. When it does not, the sequence may be another message's by now.
 * @throws the client's error
 */
export async function stillHolds(manager: JetStreamManager, { info, timestampNanos }: JsMsg): Promise<boolean> {
  const stored = await manager.streams.getMessage(info.stream, { seq: info.streamSequence }).catch(orMissing);
  return stored != null && nanosOf(stored.timestamp) === timestampNanos;
}

/** An ISO instant with up to nine digits after the second, as nanoseconds since 1970. */
export function nanosOf(iso: string): bigint {
  const [, second = '', fraction = ''] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(iso) ?? [];
  return BigInt(Date.parse(`${second}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
