import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsEmail,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { CHANNELS, type Channel } from '../channel.js';
import type { Strategy, Urgency } from '../events/outreach-events.js';
import { ContentDto } from './content.dto.js';
import { IsInstant } from './instant.rule.js';
import { MAX_STEPS, StepDto } from '../settings/step.dto.js';
import { NO_CONTROL, PLAIN, RecipientDto } from './recipient.dto.js';

export class SubjectDto {
  @IsIn(['property', 'business', 'lead'])
  type!: 'property' | 'business' | 'lead';

  @IsString()
  @Length(1, 200)
  id!: string;
}

export class SenderDto {
  @Matches(NO_CONTROL, PLAIN) @IsEmail() email!: string;
  @IsOptional() @IsString() @MaxLength(200) @Matches(NO_CONTROL, PLAIN) name?: string;
}

/** "Reach this person": `data` of `outreach.requested` and body of `POST /api/v1/outreach/send` (DESIGN section 12). */
export class OutreachRequestDto {
  /** The caller's id of this request; the same id again gives the first answer. Over the bus the CloudEvent `id` stands in. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  requestId?: string;

  /** Over HTTP the key names the tenant and this may be left out; another tenant's is 403. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toLowerCase() : value))
  @IsUUID()
  tenantId?: string;

  @IsOptional()
  @IsString()
  @Length(1, 200)
  campaignId?: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SubjectDto)
  subject?: SubjectDto;

  @IsObject()
  @ValidateNested()
  @Type(() => RecipientDto)
  recipient!: RecipientDto;

  /** A short word such as `cold_outreach`, kept in the clear: never put a person's data into it. Default `outreach`. */
  @IsOptional()
  @Matches(/^[a-z][a-z0-9_.-]{0,63}$/, { message: '$property must be a short lower-case word such as cold_outreach' })
  messageType?: string;

  @IsObject()
  @ValidateNested()
  @Type(() => ContentDto)
  content!: ContentDto;

  /**
   * `single`: one message by the best channel. `fallback`: the next step when one fails or does not bring what it asks for within its
   * wait. `parallel`: all at once. Default `single`; with more than one step, or a sequence, as these say.
   */
  @IsOptional()
  @IsIn(['single', 'fallback', 'parallel'])
  strategy?: Strategy;

  /** Name of a sequence of the tenant, such as `default_sequence`. Not with `steps`. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  sequence?: string;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_STEPS)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => StepDto)
  steps?: StepDto[];

  /** Only these channels may be used. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(CHANNELS.length)
  @IsIn(CHANNELS, { each: true })
  channels?: Channel[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => SenderDto)
  sender?: SenderDto;

  @IsOptional()
  @Matches(NO_CONTROL, PLAIN)
  @IsEmail()
  replyTo?: string;

  /** Default `normal`. `critical` passes quiet hours, send windows and good hours; never caps, budget, suppression or `sendAt`. */
  @IsOptional()
  @IsIn(['low', 'normal', 'high', 'critical'])
  urgency?: Urgency;

  /** Not sent before this instant; later where it falls into quiet hours or outside the send windows. Default: as the settings say. */
  @IsOptional()
  @IsInstant()
  sendAt?: string;

  /** Never sent after this instant. Default: 7 days after acceptance. */
  @IsOptional()
  @IsInstant()
  expiresAt?: string;

  @IsOptional()
  @IsObject()
  metadata?: Record<string, unknown>;
}
