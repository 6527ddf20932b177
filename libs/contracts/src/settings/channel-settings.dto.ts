import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { CHANNELS } from '../channel.js';
import { NO_CONTROL, PLAIN } from '../request/recipient.dto.js';

/** The most retries of one message. */
export const MAX_RETRIES = 10;
/** A minute, in hours. */
const SHORTEST_HOURS = 1 / 60;
const LONGEST_HOURS = 720;
const MAX_COUNT = 1_000_000_000;

const Messages = (): PropertyDecorator => (target, property) => {
  for (const rule of [IsOptional(), IsInt(), Min(0), Max(MAX_COUNT)]) rule(target, property);
};

export class ChannelSenderDto {
  @IsOptional() @IsEmail() from_email?: string;
  @IsOptional() @Matches(NO_CONTROL, PLAIN) @Length(1, 200) from_name?: string;
}

/** What a campaign may say of a channel. What its fields mean together is checked by `channel-settings.check.ts`. */
export class ChannelUseDto {
  @IsOptional() @IsBoolean() enabled?: boolean;
  @Messages() maxPerPerson?: number | null;
  @IsOptional() @Max(MAX_RETRIES) @Min(0) @IsInt() maxRetries?: number;

  @IsOptional()
  @Max(LONGEST_HOURS, { each: true })
  @Min(SHORTEST_HOURS, { each: true, message: 'each value in $property must be a minute (1/60) or longer' })
  @IsNumber({}, { each: true })
  @ArrayMaxSize(MAX_RETRIES)
  @IsArray()
  retryBackoffHours?: number[];
}

export class ChannelSettingsDto extends ChannelUseDto {
  @IsOptional() @IsBoolean() assisted?: boolean;
  @Messages() maxPerHour?: number | null;
  @Messages() maxPerDay?: number | null;
  @IsOptional() @IsObject() templates?: Record<string, string>;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ChannelSenderDto)
  settings?: ChannelSenderDto;
}

/** One a channel. */
export class ChannelUsesDto {}
export class ChannelsSettingsDto {}
for (const channel of CHANNELS) {
  const nested = (of: () => new () => object): PropertyDecorator[] => [
    IsOptional(),
    IsObject(),
    ValidateNested(),
    Type(of),
  ];
  for (const rule of nested(() => ChannelUseDto)) rule(ChannelUsesDto.prototype, channel);
  for (const rule of nested(() => ChannelSettingsDto)) rule(ChannelsSettingsDto.prototype, channel);
}
