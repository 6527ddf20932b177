import type { Metadata, ServerErrorResponse } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { EventLog } from '../log/event.log.js';
import { CallError } from '../wire/call.error.js';
import type { OpenCalls } from './open-calls.registry.js';

/** What every service needs. */
export interface ServiceContext {
  readonly log: EventLog;
  readonly calls: OpenCalls;
  /** @throws CallError when the caller may not. */
  readonly authorise: (metadata: Metadata) => void;
}

/** The status a failure travels as. Unexpected errors keep their message: this is a development server. */
export function statusOf(error: unknown): Pick<ServerErrorResponse, 'code' | 'details' | 'metadata'> {
  if (error instanceof CallError) return { code: error.code, details: error.details, metadata: error.metadata };
  return { code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}
