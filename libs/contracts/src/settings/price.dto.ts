import { Type, type TypeHelpOptions } from 'class-transformer';
import { IsBoolean, IsInt, IsObject, IsOptional, Matches, Max, Min, ValidateNested } from 'class-validator';
import { CHANNELS } from '../channel.js';
import { MAX_SEGMENTS, MAX_TABLE_MICROS } from './price.js';

const Currency = (): PropertyDecorator =>
  Matches(/^[A-Z]{3}$/, { message: '$property must be an ISO 4217 code such as EUR' });

/** The worst case of one message. */
export class PriceDto {
  @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) micros!: number;
  @Currency() currency!: string;
}

/** What stands within `countries` and `providers` is checked by `priceFaults`. */
export class PriceTableDto {
  // What stands nearest is checked first.
  @Min(0) @Max(MAX_TABLE_MICROS) @IsInt() default!: number;
  @Currency() currency!: string;
  @IsOptional() @IsBoolean() perSegment?: boolean;
  @IsOptional() @Min(1) @Max(MAX_SEGMENTS) @IsInt() maxSegments?: number;
  @IsOptional() @IsObject() countries?: Record<string, number>;
  @IsOptional() @IsObject() providers?: Record<string, number>;
}

/** Fields that only a table has: one of them, and it is read as a table. */
const OF_A_TABLE = ['default', 'perSegment', 'maxSegments', 'countries', 'providers'];

function kindOf({ object, property }: TypeHelpOptions): new () => PriceDto | PriceTableDto {
  const price = (object as Readonly<Record<string, unknown>>)[property];
  const isTable = typeof price === 'object' && price !== null && OF_A_TABLE.some((field) => field in price);
  return isTable ? PriceTableDto : PriceDto;
}

/** One price a channel: a plain one, or a table. */
export class PricesDto {}
for (const channel of CHANNELS)
  for (const rule of [IsOptional(), IsObject(), ValidateNested(), Type((at) => (at ? kindOf(at) : PriceDto))])
    rule(PricesDto.prototype, channel);
