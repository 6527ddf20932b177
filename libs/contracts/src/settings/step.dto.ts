import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CHANNELS, type Channel } from '../channel.js';
import { STEP_CONDITIONS, type StepCondition } from '../events/chain.js';
import type { Strategy } from '../events/outreach-events.js';
import { NO_CONTROL, PLAIN } from '../request/recipient.dto.js';

/** Steps a sequence may have. */
export const MAX_STEPS = 10;

export class StepDto {
  /** Its place, from 1. May be left out; given it must be the place it stands at. */
  @IsOptional() @IsInt() @Min(1) @Max(MAX_STEPS) step?: number;
  /** `auto`: the best channel that no other step has. */
  @IsIn([...CHANNELS, 'auto']) channel!: Channel | 'auto';
  /** Id of a template. Default: the content of the request. */
  @IsOptional() @IsString() @Length(1, 200) template?: string;
  /** How long the next step waits for `until`, from the first attempt on. Default 24. */
  @IsOptional() @IsNumber() @Min(0.001) @Max(24 * 90) waitHours?: number;
  /** What must come of it within the wait. Default `answered`. */
  @IsOptional() @IsIn(STEP_CONDITIONS) until?: StepCondition;
  /** Go on after the wait although it is not known whether it was sent: the person may then get both. Default false. */
  @IsOptional() @IsBoolean() acceptUnknown?: boolean;
  /** Default: as the channel's policy says. */
  @IsOptional() @IsInt() @Min(0) @Max(10) maxRetries?: number;
  @IsOptional() @IsNumber() @Min(0) @Max(24 * 30) retryDelayHours?: number;
}

/** A named sequence of a tenant. */
export class SequenceDto {
  @IsOptional()
  @Matches(NO_CONTROL, PLAIN)
  @Length(1, 200)
  description?: string;

  /** Default: `fallback`, of one step `single`. */
  @IsOptional()
  @IsIn(['single', 'fallback', 'parallel'])
  strategy?: Strategy;

  // What stands nearest is checked first.
  @ValidateNested({ each: true })
  @ArrayMaxSize(MAX_STEPS)
  @ArrayMinSize(1)
  @IsArray()
  @Type(() => StepDto)
  steps!: StepDto[];
}
