import { backoffDelay, toSafeError, type Backoff } from '@homing/service-kit';
import type { JsMsg } from '@nats-io/jetstream';
import { parseCloudEvent } from './cloud-event.format.js';
import type { CloudEvent, PoisonReason } from '@homing/contracts';
import type { FailureCounter } from './failure.counter.js';
import { JetStreamContext } from './jetstream.context.js';
import type { JsEventExtras } from './js-event.decorator.js';
import { bareMessageId } from './message.id.js';
import { handleTraced } from './message.tracing.js';
import { PoisonError, RetryLaterError } from './poison.error.js';

/** Runs the handler to its end; rejects with what it threw. */
export type Handle = (event: CloudEvent | undefined, context: JetStreamContext) => Promise<void>;

export interface Handling {
  readonly extras: JsEventExtras;
  readonly handle: Handle;
  /** Keeps a poison message; resolves when it is stored. */
  readonly bury: (message: JsMsg, poison: PoisonError) => Promise<void>;
  readonly failures: FailureCounter;
  readonly backoff: Backoff;
}

/** What the server is to be told about the message. */
export type Verdict =
  | { readonly kind: 'ack' }
  /** It is kept as a dead letter. */
  | { readonly kind: 'term'; readonly reason: PoisonReason }
  | { readonly kind: 'nak'; readonly delayMs: number };

/** Handles one message and says what becomes of it. Never rejects. Only poison that is safely kept is given up. */
export function handleMessage(message: JsMsg, handling: Handling): Promise<Verdict> {
  let read: Read;
  try {
    read = readMessage(message, handling.extras);
  } catch (error) {
    return verdictOn(message, error, handling);
  }
  const { event, context } = read;
  // In one span with what is said of it: the lines of the log name the trace.
  return handleTraced({ extras: handling.extras, context }, event, async (traced, span) => {
    try {
      await handling.handle(traced, context);
      return { kind: 'ack' };
    } catch (error) {
      if (!(error instanceof RetryLaterError)) span.fail(errorCode(error));
      return verdictOn(message, error, handling);
    }
  });
}

interface Read {
  readonly event: CloudEvent | undefined;
  readonly context: JetStreamContext;
}

/** @throws PoisonError */
function readMessage(message: JsMsg, extras: JsEventExtras): Read {
  if (extras.headersOnly) return { event: undefined, context: new JetStreamContext(message, 'headers', []) };
  const { stream, streamSequence } = message.info;
  const messageId = message.headers?.get('Nats-Msg-Id');
  const bareId = () => bareMessageId({ messageId, stream, sequence: streamSequence, storedAt: message.timestamp });
  const bare = extras.allowBareBody ? { allowBareBody: { ...extras.allowBareBody, id: bareId() } } : {};
  const parsed = parseCloudEvent(message.data, bare);
  if (parsed.kind === 'faulty') throw new PoisonError('malformed_event', parsed.faults);
  return { event: parsed.event, context: new JetStreamContext(message, parsed.form, parsed.ignored) };
}

async function verdictOn(message: JsMsg, error: unknown, handling: Handling): Promise<Verdict> {
  return error instanceof PoisonError ? buried(message, error, handling) : retried(message, error, handling);
}

const errorCode = (error: unknown): string => {
  const { code, type } = toSafeError(error);
  return String(code ?? type);
};

async function buried(message: JsMsg, poison: PoisonError, handling: Handling): Promise<Verdict> {
  try {
    await handling.bury(message, poison);
    return { kind: 'term', reason: poison.reason };
  } catch (error) {
    return retried(message, error, handling);
  }
}

/** Tried again after a growing wait, without limit; counted by class, unless the handler itself asked for later. */
export function retried(message: JsMsg, error: unknown, { failures, backoff }: Handling): Verdict {
  if (error instanceof RetryLaterError) return { kind: 'nak', delayMs: Math.max(1, error.delayMs) };
  const { streamSequence, deliveryCount } = message.info;
  const delayMs = Math.max(1, backoffDelay(deliveryCount - 1, backoff));
  failures.count(error, { streamSequence, deliveryCount, delayMs });
  return { kind: 'nak', delayMs };
}
