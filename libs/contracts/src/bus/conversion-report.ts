import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  IsInt,
  IsObject,
  IsOptional,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { faultsOf, type FieldFault } from '../request/field-fault.js';
import { IsInstant } from '../request/instant.rule.js';
import { isIllFormed, isTooDeep, withoutNulls } from '../request/json-shape.js';
import { ACTOR } from './outreach-command.js';

/** What was done, in the publisher's own word: `purchase`, `trial.started`. Events live for ever, so prose is refused. */
export const CONVERSION_KIND = /^[a-z][a-z0-9_.-]{0,39}$/;

/** Integer micro-units, not negative, and their currency. */
export class ConversionValueDto {
  @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) micros!: number;
  @Matches(/^[A-Z]{3}$/, { message: 'currency must be an ISO 4217 code such as EUR' }) currency!: string;
}

/** `POST /conversions`: what somebody did whom an outreach had reached. Either `outreachId`, or `campaignId` and `recipientId`. */
export class ConversionBody {
  /** The caller's id of it: the same again counts once. */
  @IsOptional() @MinLength(1) @MaxLength(200) conversionId?: string;
  @IsOptional() @IsUUID() outreachId?: string;
  @IsOptional() @MinLength(1) @MaxLength(200) campaignId?: string;
  @IsOptional() @MinLength(1) @MaxLength(200) recipientId?: string;
  @Matches(CONVERSION_KIND, { message: 'kind must be a short code such as purchase: a-z, 0-9, _ . -' }) kind!: string;
  /** Absent: it has none, or none that is known. */
  @IsOptional() @IsObject() @ValidateNested() @Type(() => ConversionValueDto) value?: ConversionValueDto;
  @IsInstant() occurredAt!: string;
}

/** `conversion.reported`, data of the CloudEvent: the same, with its tenant. Who may publish it is trusted with the tenant it names. */
export class ConversionReport extends ConversionBody {
  @Transform(({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toLowerCase() : value))
  @IsUUID()
  tenantId!: string;
  /** The service or key that says so. */
  @IsOptional() @Matches(ACTOR) by?: string;
}

export type ConversionReading<T> =
  | { readonly kind: 'valid'; readonly report: T & { readonly conversionId: string } }
  | { readonly kind: 'invalid'; readonly faults: readonly FieldFault[] };

interface Reading<T> {
  /** Unknown fields are refused by name over HTTP, and left out on the bus. */
  readonly unknownFields: 'refuse' | 'ignore';
  readonly as: new () => T;
  /** For one that has no id of its own: the `Idempotency-Key`, or the CloudEvent's `id`. */
  readonly idIfNone: string | undefined;
}

export function readConversion<T extends ConversionBody>(body: unknown, reading: Reading<T>): ConversionReading<T> {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || isTooDeep(body) || isIllFormed(body))
    return {
      kind: 'invalid',
      faults: [{ field: '', code: 'not_an_object', message: 'the body must be a JSON object' }],
    };
  const report = plainToInstance(reading.as, withoutNulls(body) as object);
  const strict = reading.unknownFields === 'refuse';
  const options = { whitelist: true, forbidNonWhitelisted: strict, stopAtFirstError: true };
  const faults = validateSync(report, options).flatMap((error) => faultsOf(error, ''));
  const conversionId = report.conversionId ?? reading.idIfNone;
  if (conversionId === undefined)
    faults.push({ field: 'conversionId', code: 'missing', message: 'is needed: the same again counts once' });
  const named = report.campaignId !== undefined && report.recipientId !== undefined;
  const half = (report.campaignId ?? report.recipientId) !== undefined;
  if ((report.outreachId !== undefined) === half || (half && !named))
    faults.push({
      field: 'outreachId',
      code: 'exactly_one',
      message: 'give either outreachId, or campaignId and recipientId',
    });
  if (faults.length > 0 || conversionId === undefined) return { kind: 'invalid', faults };
  return { kind: 'valid', report: Object.assign(report, { conversionId }) };
}

/** Why a conversion is not recorded. */
export const CONVERSION_REFUSALS = [
  'unknown_outreach',
  'unknown_campaign',
  'nothing_delivered',
  'not_sent',
  'before_sent',
  'in_the_future',
  'other_currency',
  'negative_value',
  'different_content',
  'too_many',
] as const;
export type ConversionRefusal = (typeof CONVERSION_REFUSALS)[number];

/** What the publisher is told, over core NATS, when it named an inbox. */
export type ConversionAnswer =
  | { readonly status: 'recorded' | 'duplicate'; readonly conversionId: string; readonly outreachId: string }
  | { readonly status: 'refused'; readonly conversionId: string; readonly reason: ConversionRefusal };
