import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsTimeZone,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { SEND_TIMES, WEEKDAYS, type SendTimeChoice, type Weekday } from './settings.js';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const TIME_OR_END = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

export class QuietHoursDto {
  @Matches(TIME, { message: '$property must be a local time such as 21:00' }) from!: string;
  @Matches(TIME, { message: '$property must be a local time such as 08:00' }) to!: string;
}

export class SendWindowDto {
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(WEEKDAYS.length)
  @IsIn(WEEKDAYS, { each: true })
  days?: Weekday[];

  @Matches(TIME, { message: '$property must be a local time such as 09:00' }) from!: string;
  @Matches(TIME_OR_END, { message: '$property must be a local time such as 17:30, or 24:00' }) to!: string;
}

/** The longest time over which messages are spread, in hours: a week. */
export const MAX_SPACING_HOURS = 168;

export class SpacingDto {
  @IsInt() @Min(1) @Max(MAX_SPACING_HOURS) overHours!: number;
}

/** The part of the settings that says when. What its fields mean together is checked by `send-time.check.ts`. */
export class SendTimeSettingsDto {
  @IsOptional()
  @IsIn(SEND_TIMES)
  sendTime?: SendTimeChoice;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => QuietHoursDto)
  quietHours?: QuietHoursDto | null;

  @IsOptional()
  @ArrayMaxSize(21)
  @ArrayMinSize(1)
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SendWindowDto)
  windows?: SendWindowDto[] | null;

  @IsOptional()
  @Max(23, { each: true })
  @Min(0, { each: true })
  @IsInt({ each: true })
  @ArrayUnique()
  @ArrayMaxSize(24)
  @IsArray()
  preferredHours?: number[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SpacingDto)
  spacing?: SpacingDto | null;

  /** A name, never an offset: offsets know no summer. */
  @IsOptional()
  @IsTimeZone({ message: '$property must be an IANA zone such as Europe/Berlin' })
  @Matches(/^(UTC|[A-Za-z][A-Za-z_-]*(\/[A-Za-z0-9_+-]+){1,2})$/, { message: '$property must be an IANA zone' })
  timeZone?: string;
}
