import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { isTooDeep, MAX_DEPTH, withoutNulls } from './json-shape.js';
import { OutreachRequestDto } from './outreach-request.dto.js';

/** One thing wrong with one field. `code` and `message` never repeat the value that was sent. */
export interface FieldFault {
  /** Path as in `recipient.contacts.email[0]`. */
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

export type RequestReading =
  | { readonly kind: 'valid'; readonly request: OutreachRequestDto; readonly unknownFields: readonly string[] }
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] };

/**
 * Reads an `outreach.requested` body. Unknown fields are refused by name over HTTP and only reported on the bus, where
 * publishers of several versions meet.
 */
export function readOutreachRequest(body: unknown, options: { unknownFields: 'refuse' | 'report' }): RequestReading {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return {
      kind: 'invalid',
      faults: [{ field: '', code: 'not_an_object', message: 'the body must be a JSON object' }],
    };
  }
  if (isTooDeep(body)) {
    return {
      kind: 'invalid',
      faults: [{ field: '', code: 'too_deep', message: `is nested deeper than ${MAX_DEPTH} levels` }],
    };
  }
  const given = withoutNulls(body) as object;
  const request = plainToInstance(OutreachRequestDto, given);
  const errors = validateSync(request, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  const all = errors.flatMap((error) => faultsOf(error, ''));
  const unknown = all.filter((fault) => fault.code === 'unknown_field');
  const faults = [...all.filter((fault) => fault.code !== 'unknown_field'), ...contentFaults(request)];
  if (options.unknownFields === 'refuse') faults.push(...unknown);
  if (faults.length > 0) return { kind: 'invalid', faults };
  return {
    kind: 'valid',
    request: unknown.length > 0 ? withoutUnknown(given) : request,
    unknownFields: unknown.map((fault) => fault.field),
  };
}

function withoutUnknown(body: object): OutreachRequestDto {
  const request = plainToInstance(OutreachRequestDto, body);
  validateSync(request, { whitelist: true });
  return request;
}

function contentFaults(request: OutreachRequestDto): FieldFault[] {
  const { content } = request;
  if (typeof content !== 'object' || content === null) return [];
  const given = [content.templateId, content.literal].filter((part) => part !== undefined).length;
  if (given === 1) return [];
  return [{ field: 'content', code: 'exactly_one', message: 'give either templateId or literal' }];
}

function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const field = !parent
    ? error.property
    : /^\d+$/.test(error.property)
      ? `${parent}[${error.property}]`
      : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([code, message]) =>
    code === 'whitelistValidation'
      ? { field: printable(field), code: 'unknown_field', message: 'is not a field of this message' }
      : { field, code, message },
  );
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, field))];
}

/** Names of fields we define are ours; a name somebody invented may hold anything, and is repeated only if it looks like one. */
const printable = (field: string): string => (/^[\w.[\]-]{1,100}$/.test(field) ? field : '(unprintable name)');
