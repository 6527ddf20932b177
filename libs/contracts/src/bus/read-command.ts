import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { FieldFault } from '../request/field-fault.js';
import { CancelOutreachDto, FollowOutreachDto, SettleUnknownDto, type OutreachCommand } from './outreach-command.js';

export type CommandReading =
  | { readonly kind: 'valid'; readonly command: OutreachCommand }
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] };

const KINDS = { cancel: CancelOutreachDto, settle_unknown: SettleUnknownDto, follow: FollowOutreachDto } as const;

/** Reads the data of an `outreach.command`. Unknown fields are left out: publishers of several versions meet on the bus. */
export function readOutreachCommand(data: unknown): CommandReading {
  const { kind } = (typeof data === 'object' && data !== null ? data : {}) as { kind?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    const message = `must be one of ${Object.keys(KINDS).join(', ')}`;
    return { kind: 'invalid', faults: [{ field: 'kind', code: 'unknown_kind', message }] };
  }
  const command: OutreachCommand = plainToInstance<OutreachCommand, unknown>(KINDS[kind as keyof typeof KINDS], data);
  const errors = validateSync(command, { whitelist: true, stopAtFirstError: true });
  if (errors.length === 0) return { kind: 'valid', command };
  const faults = errors.flatMap(({ property, constraints = {} }) =>
    Object.entries(constraints).map(([code, message]) => ({ field: property, code, message })),
  );
  return { kind: 'invalid', faults };
}
