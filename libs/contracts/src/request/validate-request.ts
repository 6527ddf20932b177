import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { faultsOf, type FieldFault } from './field-fault.js';
import { isIllFormed, isTooDeep, MAX_DEPTH, withoutNulls } from './json-shape.js';
import { stepFaults } from '../settings/sequence.check.js';
import { OutreachRequestDto } from './outreach-request.dto.js';

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
  if (isIllFormed(body)) {
    return {
      kind: 'invalid',
      faults: [{ field: '', code: 'ill_formed_text', message: 'holds text that is not Unicode' }],
    };
  }
  const given = withoutNulls(body) as Record<string, unknown>;
  const request = toInstance(given);
  const errors = validateSync(request, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  const all = errors.flatMap((error) => faultsOf(error, ''));
  const unknown = all.filter((fault) => fault.code === 'unknown_field');
  const faults = [...all.filter((fault) => fault.code !== 'unknown_field'), ...contentFaults(request)];
  if (faults.length === 0) faults.push(...chainFaults(request));
  if (options.unknownFields === 'refuse') faults.push(...unknown);
  if (faults.length > 0) return { kind: 'invalid', faults };
  return {
    kind: 'valid',
    request: unknown.length > 0 ? withoutUnknown(given) : request,
    unknownFields: unknown.map((fault) => fault.field),
  };
}

function withoutUnknown(body: Readonly<Record<string, unknown>>): OutreachRequestDto {
  const request = toInstance(body);
  validateSync(request, { whitelist: true });
  return request;
}

/**
 * Free JSON of the caller goes around class-transformer, which would drop or trip over names such as `toString` and
 * `constructor`: it is put in place as it came.
 */
function toInstance(body: Readonly<Record<string, unknown>>): OutreachRequestDto {
  const { metadata, content, ...rest } = body;
  const { data, ...bodies } = isRecord(content) ? content : {};
  const request = plainToInstance(OutreachRequestDto, { ...rest, content: isRecord(content) ? bodies : content });
  if (metadata !== undefined) request.metadata = metadata as Record<string, unknown>;
  if (data !== undefined && isRecord(request.content)) request.content.data = data as Record<string, unknown>;
  return request;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function contentFaults(request: OutreachRequestDto): FieldFault[] {
  const { content } = request;
  if (typeof content !== 'object' || content === null) return [];
  const given = [content.templateId, content.literal].filter((part) => part !== undefined).length;
  if (given === 1) return [];
  // Then it is for each step, or for the sequence, to say what is sent; here stands the data for it.
  const { sequence, steps } = request;
  const byStep = Array.isArray(steps) && steps.every((step) => step?.template !== undefined);
  if (given === 0 && (sequence !== undefined || byStep)) return [];
  // Then it is for the channels' settings to say what messages of this type are made of.
  if (given === 0 && typeof request.messageType === 'string') return [];
  const message = 'give either templateId or literal, or a messageType that the channels have templates for';
  return [{ field: 'content', code: 'exactly_one', message }];
}

function chainFaults({ strategy, sequence, steps }: OutreachRequestDto): FieldFault[] {
  if (sequence === undefined) return steps === undefined ? [] : stepFaults(strategy, steps);
  const twice = 'give either a sequence or steps';
  if (steps !== undefined) return [{ field: 'steps', code: 'exactly_one', message: twice }];
  const named = 'a named sequence has its own';
  return strategy === undefined ? [] : [{ field: 'strategy', code: 'set_by_sequence', message: named }];
}
