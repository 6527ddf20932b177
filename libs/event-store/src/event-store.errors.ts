import type { ExpectedRevision } from './event-store.port.js';

/** Anything this room throws. `retryable`: the same call may succeed later, unchanged. */
export abstract class EventStoreError extends Error {
  abstract readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The store could not be reached or did not answer in time. Nothing is known to be wrong with the request: back off and retry. */
export class EventStoreUnavailableError extends EventStoreError {
  readonly retryable = true;
}

/** No answer before the deadline: the events may or may not be stored. Sending the same request again is safe and settles it. */
export class AppendOutcomeUnknownError extends EventStoreError {
  readonly retryable = true;

  constructor(
    readonly stream: string,
    readonly commandId: string,
    readonly expectedRevision: ExpectedRevision,
    options?: ErrorOptions,
  ) {
    super(`the outcome of command ${commandId} on ${stream} at ${expectedRevision} is unknown`, options);
  }
}

/** The stream was deleted: for good (`tombstoned`), or softly, which readers see as missing but whose numbering goes on. */
export class StreamDeletedError extends EventStoreError {
  readonly retryable = false;

  constructor(
    readonly stream: string,
    readonly how: 'tombstoned' | 'soft',
    options?: ErrorOptions,
  ) {
    super(`stream ${stream} was deleted (${how})`, options);
  }
}

/** The store answered, and will always answer, that it does not take this request. */
export class AppendRejectedError extends EventStoreError {
  readonly retryable = false;

  constructor(
    readonly stream: string,
    readonly reason: 'too_large' | 'access_denied' | 'invalid',
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`append to ${stream} rejected (${reason}): ${detail}`, options);
  }
}

/** An event's schema is newer than this software, or older than any upcaster. Upgrade the reader; never skip the event. */
export class UnknownSchemaVersionError extends EventStoreError {
  readonly retryable = false;

  constructor(
    readonly type: string,
    readonly found: number,
    readonly known: number,
  ) {
    super(`event ${type} has schema version ${found}, which this software cannot bring to its own, ${known}`);
  }
}
