import { Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';

/** Transport id of handlers served by `JetStreamServer`. */
export const JETSTREAM = Symbol.for('@homing/messaging/jetstream');

export interface JsEventOptions {
  readonly stream: string;
  /** Name of the durable consumer: letters, digits, `-`, `_`. Processes with the same name share the work; unique within a process. */
  readonly durable: string;
  /** Messages handled at one time by this process. Default 64. 1 keeps their order. */
  readonly maxInFlight?: number;
  /** How long the server waits for an ack or a sign of life (sent every third of it) before it redelivers, in ms. Default 30 000. */
  readonly ackWaitMs?: number;
  /**
   * Longest handling in ms for which signs of life are sent, default 120 000. A handler that takes longer hangs: it keeps its place, its
   * message is delivered again, and `health` and the log say so.
   */
  readonly maxHandlingMs?: number;
  /** Delivered and not yet acked over all processes, those in back-off included. Default 1 024, at least maxInFlight. */
  readonly maxAckPending?: number;
  /** The bodies are left at the server: the handler is given no event, only `@Ctx()`. For streams whose messages are no events. */
  readonly headersOnly?: boolean;
  /** A body without `specversion` becomes the data of an event of this type and source. Default: such a body is poison. */
  readonly allowBareBody?: { readonly type: string; readonly source: string };
}

export interface JsEventExtras extends JsEventOptions {
  readonly subject: string;
}

/** Nest replaces foreign errors by "Internal server error"; the transport must see what was thrown to tell poison from weather. */
@Catch()
class RethrowFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * Marks a controller method as the handler of a subject: `handle(@Payload() event: CloudEvent<T>, @Ctx() context: JetStreamContext)`.
 * The message is acked after the returned promise (or observable) has ended well. A thrown `PoisonError` sends it to the dead
 * letters; any other error brings it back later, without limit: so handlers must be safe to repeat, and validate for themselves.
 */
export function JsEvent(subject: string, options: JsEventOptions): MethodDecorator {
  if (!/^[\w-]{1,64}$/.test(options.durable))
    throw new TypeError(`durable name ${options.durable} must be letters, digits, - and _`);
  const extras: JsEventExtras = { ...options, subject };
  // The durable's name is the pattern: two consumers of one subject in one process stay apart.
  const pattern: MethodDecorator = EventPattern<string>(options.durable, JETSTREAM, extras);
  return (target, key, descriptor) => {
    UseFilters(RethrowFilter)(target, key, descriptor as PropertyDescriptor);
    return pattern(target, key, descriptor);
  };
}
