import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { FieldFault } from '../request/field-fault.js';
import {
  GrantConsentDto,
  LiftSuppressionDto,
  SuppressContactDto,
  WithdrawConsentDto,
  type ContactCommandMessage,
} from './contact-command.js';
import { CancelOutreachDto, FollowOutreachDto, SettleUnknownDto, type OutreachCommand } from './outreach-command.js';

export type CommandReading<C = OutreachCommand> =
  | { readonly kind: 'valid'; readonly command: C }
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] };

/** Reads the data of an `outreach.command`. Unknown fields are left out: publishers of several versions meet on the bus. */
export const readOutreachCommand = (data: unknown): CommandReading =>
  readAs<OutreachCommand>(
    { cancel: CancelOutreachDto, settle_unknown: SettleUnknownDto, follow: FollowOutreachDto },
    data,
  );

/** Reads the data of a `contact.command`, in the same way. */
export const readContactCommand = (data: unknown): CommandReading<ContactCommandMessage> =>
  readAs<ContactCommandMessage>(
    {
      suppress: SuppressContactDto,
      lift: LiftSuppressionDto,
      grant_consent: GrantConsentDto,
      withdraw_consent: WithdrawConsentDto,
    },
    data,
  );

function readAs<C extends object>(kinds: Readonly<Record<string, new () => C>>, data: unknown): CommandReading<C> {
  const { kind } = (typeof data === 'object' && data !== null ? data : {}) as { kind?: unknown };
  const dto = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (!dto) {
    const message = `must be one of ${Object.keys(kinds).join(', ')}`;
    return { kind: 'invalid', faults: [{ field: 'kind', code: 'unknown_kind', message }] };
  }
  const command = plainToInstance<C, unknown>(dto, data);
  const errors = validateSync(command, { whitelist: true, stopAtFirstError: true });
  if (errors.length === 0) return { kind: 'valid', command };
  const faults = errors.flatMap(({ property, constraints = {} }) =>
    Object.entries(constraints).map(([code, message]) => ({ field: property, code, message })),
  );
  return { kind: 'invalid', faults };
}
