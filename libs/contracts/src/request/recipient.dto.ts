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
  IsTimeZone,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { CHANNELS, type Channel } from '../channel.js';

/** No control characters: they have no place in a name or an address, and mail headers are made of such lines. */
export const NO_CONTROL = /^\P{Cc}*$/u;
export const PLAIN = { message: '$property must not contain control characters' };

/** One address or several, in order of preference; read as a list. */
const asList = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? [value] : value);
const E164 = /^\+[1-9]\d{6,14}$/;
const HANDLE = /^\S{1,320}$/;

/** Contact points by channel. Email and phone numbers are checked for syntax here; what they mean is the channel's affair. */
export class ContactsDto {
  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(5)
  @Matches(NO_CONTROL, { each: true, ...PLAIN })
  @IsEmail({}, { each: true })
  email?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @Matches(E164, { each: true, message: '$property must be E.164, such as +4915112345678' })
  sms?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @Matches(E164, { each: true, message: '$property must be E.164, such as +4915112345678' })
  whatsapp?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @Matches(HANDLE, { each: true })
  linkedin?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @Matches(HANDLE, { each: true })
  instagram?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @Matches(HANDLE, { each: true })
  facebook?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @Matches(HANDLE, { each: true })
  twitter?: string[];

  @IsOptional()
  @Transform(asList)
  @IsArray()
  @ArrayMaxSize(5)
  @MaxLength(2048, { each: true })
  contactForm?: string[];
}

export class RecipientPreferencesDto {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(CHANNELS.length)
  @IsIn(CHANNELS, { each: true })
  channels?: Channel[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(CHANNELS.length)
  @IsIn(CHANNELS, { each: true })
  optOut?: Channel[];

  /** Hours of the day (0-23) at which this person likes to be reached, in their zone. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(24)
  @IsIn([...Array(24).keys()], { each: true })
  hours?: number[];
}

export class RecipientDto {
  /** The caller's own id of this person: stable, unique in the tenant. */
  @IsString()
  @Length(1, 200)
  id!: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(NO_CONTROL, PLAIN)
  name?: string;

  @IsObject()
  @ValidateNested()
  @Type(() => ContactsDto)
  contacts!: ContactsDto;

  /** IANA zone such as `Europe/Berlin`. */
  @IsOptional()
  @IsTimeZone()
  timeZone?: string;

  @IsOptional()
  @Matches(/^[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|\d{3}))?$/, {
    message: '$property must be a language tag such as de or pt-BR',
  })
  locale?: string;

  /** `new`, `existing`, or a tenant's own word; kept in the clear: never a person's data. */
  @IsOptional()
  @Matches(/^[a-z][a-z_]{0,31}$/, { message: '$property must be a short lower-case word such as existing' })
  customerType?: string;

  @IsOptional()
  @IsIn(['mobile', 'desktop', 'tablet'])
  device?: 'mobile' | 'desktop' | 'tablet';

  /**
   * Whether they are a 1st-degree connection of the account that writes on LinkedIn. `none`: the first LinkedIn message of the outreach is an
   * invitation to connect, its text the note (300 characters at most); a later LinkedIn step is the message. Default: nothing is assumed.
   */
  @IsOptional()
  @IsIn(['first', 'none'])
  linkedinConnection?: 'first' | 'none';

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => RecipientPreferencesDto)
  preferences?: RecipientPreferencesDto;
}
