import { isInstant, NO_CONTROL, PLAIN } from '@homing/contracts';
import { IsInt, IsObject, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { readBody } from '../http/body.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';

/** Decisions one simulation replays at most. */
export const MOST_DECISIONS = 100_000;
const MOST_EXAMPLES = 1_000;
const DEFAULT_EXAMPLES = 20;

/** `POST /policies/simulate` */
export class SimulateBody {
  /** The candidate: what `PUT /policies` takes, or with `campaignId` the campaign's settings. */
  @IsObject()
  policy!: object;

  /** The caller's own id of it. Default: the tenant's policies are simulated. */
  @IsOptional()
  @Matches(NO_CONTROL, PLAIN)
  @Length(1, 200)
  campaignId?: string;

  @IsString()
  from!: string;

  @IsString()
  to!: string;

  /** Default and most 100,000. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_DECISIONS)
  limit?: number;

  /** Default 20. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MOST_EXAMPLES)
  examples?: number;
}

/** What is asked, its instants in UTC with milliseconds. */
export interface Asked {
  readonly policy: object;
  readonly campaignId?: string;
  readonly from: string;
  readonly to: string;
  readonly limit: number;
  readonly examples: number;
}

/** @throws ProblemError naming each field */
export function readSimulation(body: unknown): Asked {
  const {
    policy,
    campaignId,
    limit = MOST_DECISIONS,
    examples = DEFAULT_EXAMPLES,
    ...period
  } = readBody(SimulateBody, body);
  const [from, to] = [instantOf('from', period.from), instantOf('to', period.to)];
  if (to <= from) throw invalidField('to', 'not_after', 'must be later than from');
  return { policy, from, to, limit, examples, ...(campaignId === undefined ? {} : { campaignId }) };
}

function instantOf(field: string, text: string): string {
  if (!isInstant(text)) throw invalidField(field, 'malformed', 'must be an instant such as 2026-05-01T00:00:00Z');
  return new Date(text).toISOString();
}

/** Faults of a part, named within it. @throws ProblemError */
export function within<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw named(part, error);
  }
}

export function named(part: string, error: unknown): unknown {
  if (!(error instanceof ProblemError) || error.code !== 'invalid_fields') return error;
  const errors = (error.details.errors ?? []).map((fault) => {
    const field = fault.field.replace(/^settings\b\.?/, '');
    return { ...fault, field: field === '' ? part : `${part}.${field}` };
  });
  return new ProblemError('invalid_fields', { errors });
}
