import { Type } from 'class-transformer';
import {
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CHANNELS, type Channel } from '../channel.js';
import { CONSENT_DEMANDS, type ConsentDemand } from '../events/consent-events.js';
import { SELECTION_FACTORS, type FactorWeights } from '../events/decision.js';
import { IsInstant } from '../request/instant.rule.js';
import { ChannelsSettingsDto, ChannelUsesDto } from './channel-settings.dto.js';
import type { ChannelSettings, ChannelsSettings, ChannelUse } from './channel-settings.js';
import { IsDay, NotBefore } from './day.rule.js';
import { PricesDto } from './price.dto.js';
import type { Price } from './price.js';
import type { Sequences } from './sequence.js';
import { SumsToOne } from './sums-to-one.rule.js';
import { SendTimeSettingsDto } from './send-time.dto.js';
import { WHEN_FULL, type WhenFull } from './settings.js';
import { WordAnswersDto } from './word-answers.dto.js';
import type { WordAnswers } from './word-answers.js';

/** Longest look-back for repeats, in hours: 31 days. */
export const MAX_DEDUP_HOURS = 744;
const MAX_COUNT = 1_000_000_000;

/** A whole number of at least 0; `null` (switched off) passes. */
const Count =
  (max = MAX_COUNT, min = 0): PropertyDecorator =>
  (target, property) => {
    for (const rule of [IsOptional(), IsInt(), Min(min), Max(max)]) rule(target, property);
  };
/** At least 1 hour: what looks back no time at all is switched off, and says so. */
const LookBack = (): PropertyDecorator => Count(MAX_DEDUP_HOURS, 1);
/** Exact in micro-units. */
const Micros = (): PropertyDecorator => Count(Number.MAX_SAFE_INTEGER);
const Part = (of: () => new () => object): PropertyDecorator => {
  return (target, property) => {
    for (const rule of [IsOptional(), IsObject(), ValidateNested(), Type(of)]) rule(target, property);
  };
};

export class PeriodDto {
  @IsDay() firstDay!: string;
  // What stands nearest is checked first.
  @NotBefore('firstDay') @IsDay() lastDay!: string;
}

class AmountsDto {
  @Micros() totalMicros?: number;
  @Micros() perDayMicros?: number;
}

/** Amounts for each channel. */
export class ChannelBudgetsDto {}
for (const channel of CHANNELS) Part(() => AmountsDto)(ChannelBudgetsDto.prototype, channel);

export class BudgetDto extends AmountsDto {
  @Part(() => ChannelBudgetsDto) channels?: Partial<Record<Channel, AmountsDto>>;
  @Part(() => PeriodDto) period?: PeriodDto;
}

class CountsDto {
  @Count() perDay?: number | null;
  @Count() perWeek?: number | null;
}

/** One pair of counts a channel. */
export class ChannelCapsDto {}
for (const channel of CHANNELS) Part(() => CountsDto)(ChannelCapsDto.prototype, channel);

export class CapsDto extends CountsDto {
  @Part(() => ChannelCapsDto) channels?: Partial<Record<Channel, CountsDto>>;
}

/** A share for each factor. */
export class WeightsDto {}
for (const factor of SELECTION_FACTORS)
  for (const rule of [IsNumber(), Min(0), Max(1)]) rule(WeightsDto.prototype, factor);

/** One demand a channel. */
export class ConsentDemandsDto {}
for (const channel of CHANNELS)
  for (const rule of [IsOptional(), IsIn(CONSENT_DEMANDS)]) rule(ConsentDemandsDto.prototype, channel);

export class ConsentSettingsDto {
  @Part(() => ConsentDemandsDto) required?: Partial<Record<Channel, ConsentDemand>>;
}

/** The largest share of choices that may be drawn. */
export const MAX_EXPLORATION = 0.2;

class SelectionDto extends SendTimeSettingsDto {
  // What stands nearest is checked first.
  @SumsToOne() @Part(() => WeightsDto) weights?: FactorWeights;

  @IsOptional() @IsIn(CHANNELS, { each: true }) @ArrayUnique() @IsArray() channelPriority?: Channel[];

  @IsOptional() @IsNumber() @Min(0) @Max(MAX_EXPLORATION) exploration?: number;

  @Part(() => ConsentSettingsDto) consent?: ConsentSettingsDto;
}

export class CampaignSettingsDto extends SelectionDto {
  @Part(() => BudgetDto) budget?: BudgetDto;
  @Part(() => CapsDto) caps?: CapsDto;
  @LookBack() dedupHours?: number | null;
  @Count() dailyLimit?: number | null;
  @IsOptional() @IsInstant() startsAt?: string;
  @IsOptional() @IsInstant() endsAt?: string;
  @IsOptional() @IsIn(WHEN_FULL) whenDailyLimitReached?: WhenFull;
  @Part(() => ChannelUsesDto) channels?: ChannelsSettings<ChannelUse>;
}

export class TenantSettingsDto extends SelectionDto {
  @Part(() => CapsDto) caps?: CapsDto;
  @LookBack() dedupHours?: number | null;
  @Part(() => PricesDto) prices?: Partial<Record<Channel, Price>>;
  @Part(() => ChannelsSettingsDto) channels?: ChannelsSettings<ChannelSettings>;
  /** What stands in it is checked by `sequence.check.ts`. */
  @IsOptional() @IsObject() sequences?: Sequences;
  @Part(() => WordAnswersDto) wordAnswers?: WordAnswers;
}
