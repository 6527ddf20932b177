import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, IsString, Length, Max, MaxLength, Min, ValidateNested } from 'class-validator';

/** Longest literal body of one channel, in UTF-16 units. */
export const MAX_BODY_LENGTH = 200_000;

export class LiteralBodyDto {
  @IsOptional()
  @IsString()
  @MaxLength(998)
  subject?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_BODY_LENGTH)
  html?: string;

  @IsString()
  @Length(1, MAX_BODY_LENGTH)
  text!: string;
}

/** Ready bodies by channel. */
export class LiteralContentDto {
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) email?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) sms?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) whatsapp?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) linkedin?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) instagram?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) facebook?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) twitter?: LiteralBodyDto;
  @IsOptional() @IsObject() @ValidateNested() @Type(() => LiteralBodyDto) contact_form?: LiteralBodyDto;
}

/** Either a template with its data, or literal bodies; neither where the channels' settings, the steps or the sequence name the templates. */
export class ContentDto {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  templateId?: string;

  /** The newest version when absent. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  version?: number;

  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => LiteralContentDto)
  literal?: LiteralContentDto;
}
