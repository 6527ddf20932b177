import { Metadata, status } from '@grpc/grpc-js';
import type { Expected } from '../log/stored-event.model.js';

export const MAX_APPEND_BYTES = 1024 * 1024;

/** An answer that travels as a gRPC status; `exception` in its trailers selects the client's error class. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly metadata = new Metadata();

  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Record<string, string> = {},
  ) {
    super(details);
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, escapeTrailer(value));
  }
}

/** Trailers carry visible ASCII only: everything else, and the escape sign itself, is percent-encoded. */
export const escapeTrailer = (value: string): string =>
  value.replace(/[^ -$&-~]/gu, (sign) =>
    [...Buffer.from(sign, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

const expectedNumber = (expected: Expected): string => {
  switch (expected) {
    case 'no_stream':
      return '-1';
    case 'any':
      return '-2';
    case 'stream_exists':
      return '-4';
    default:
      return expected.toString();
  }
};

export const invalidArgument = (details: string) => new CallError(status.INVALID_ARGUMENT, details);

export const unavailable = (details: string) => new CallError(status.UNAVAILABLE, details);

export const deadlinePassed = () =>
  new CallError(status.DEADLINE_EXCEEDED, 'the deadline passed before the write began');

export const accessDenied = () =>
  new CallError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

export const notAuthenticated = () => new CallError(status.UNAUTHENTICATED, 'Unauthenticated');

export const streamDeleted = (stream: string) =>
  new CallError(status.FAILED_PRECONDITION, `Event stream '${escapeTrailer(stream)}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const appendTooLarge = () =>
  new CallError(status.INVALID_ARGUMENT, `Maximum append size of ${MAX_APPEND_BYTES} exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(MAX_APPEND_BYTES),
  });

export const missingMetadata = () =>
  new CallError(status.INVALID_ARGUMENT, 'Required metadata properties missing: type, content-type', {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });

export const wrongVersion = (stream: string, expected: Expected, current: bigint | undefined) =>
  new CallError(status.FAILED_PRECONDITION, `Wrong expected version for '${escapeTrailer(stream)}'.`, {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': expectedNumber(expected),
    ...(current !== undefined && { 'actual-version': current.toString() }),
  });
