import type { FieldFault } from '@homing/contracts';

/** Everything this API can refuse with: `type` is `urn:homing:problem:<code>`. Codes are part of the outside: extend, never rename. */
export const PROBLEMS = {
  malformed_request: { status: 400, title: 'The request cannot be read' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  foreign_tenant: { status: 403, title: 'The key belongs to another tenant' },
  missing_scope: { status: 403, title: 'The key may not do this' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'The method cannot be used here' },
  already_resolved: { status: 409, title: 'It has been resolved already' },
  not_configured: { status: 409, title: 'This installation is not set up for that' },
  limit_reached: { status: 409, title: 'There are as many as there may be' },
  not_repairable: { status: 409, title: 'It cannot be repaired by hand' },
  different_content: { status: 409, title: 'The same request id came before with other content' },
  campaign_stopped: { status: 409, title: 'A stopped campaign stays so' },
  outdated: { status: 409, title: 'It was changed since it was read' },
  already_done: { status: 409, title: 'Somebody has done it already' },
  claimed: { status: 409, title: 'Somebody else has it in hand' },
  withdrawn: { status: 409, title: 'It is not to be sent any more' },
  campaign_paused: { status: 409, title: 'Its campaign is paused' },
  not_unknown: { status: 409, title: 'What became of the attempt is known' },
  under_way: { status: 409, title: 'The provider is being asked at this moment' },
  simulation_running: { status: 409, title: 'A simulation of this tenant is running' },
  content_gone: { status: 410, title: 'Its content is not held' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  invalid_fields: { status: 422, title: 'Fields cannot be used as they are' },
  simulation_too_long: { status: 422, title: 'The simulation took too long' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'A store is down' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemDetails {
  /** What happened this time, in constants and names of ours; never a value that was sent. */
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  /** Seconds after which another try makes sense. */
  readonly retryAfter?: number;
  /** The request id to repeat with, so that a repeat cannot become a second message. */
  readonly requestId?: string;
}

/** Thrown anywhere on the way of a request; the filter turns it into `application/problem+json`. */
export class ProblemError extends Error {
  /** Tells the logger that the message holds constants only. */
  readonly safeMessage = true;

  constructor(
    readonly code: ProblemCode,
    readonly details: ProblemDetails = {},
    options?: ErrorOptions,
  ) {
    super(PROBLEMS[code].title, options);
    this.name = 'ProblemError';
  }
}

/** One field that cannot be used. */
export const invalidField = (field: string, code: string, message: string): ProblemError =>
  new ProblemError('invalid_fields', { errors: [{ field, code, message }] });
