import {
  CHANNELS,
  CONSENT_PURPOSES,
  CONSENT_SOURCES,
  IsInstant,
  NO_CONTROL,
  PLAIN,
  REFERENCE,
  type Channel,
  type ConsentPurpose,
  type ConsentSource,
} from '@homing/contracts';
import { IsIn, IsOptional, Length, Matches } from 'class-validator';

const referenceTo = (field: string) => ({
  message: `${field} must be a reference such as FORM-7/v3: one word of at most 64 characters`,
});

/** `POST /consents/find` */
export class FindConsentBody {
  @IsIn(CHANNELS) channel!: Channel;
  /** In any spelling that the channel knows; it is kept as a keyed hash, never as it is. */
  @Matches(NO_CONTROL, PLAIN) @Length(1, 2048) address!: string;
}

class SaidBody extends FindConsentBody {
  @IsIn(CONSENT_PURPOSES) purpose!: ConsentPurpose;
  /** How it was said. */
  @IsIn(CONSENT_SOURCES) source!: ConsentSource;
  /** When it was said. Default: now. */
  @IsOptional() @IsInstant() at?: string;
  /** The caller's id of this word: under it, it is there once. */
  @IsOptional() @Matches(NO_CONTROL, PLAIN) @Length(1, 200) key?: string;
}

/** `POST /consents` */
export class GrantConsentBody extends SaidBody {
  /** Where the proof is kept. */
  @Matches(REFERENCE, referenceTo('evidence')) evidence!: string;
  /** Which wording was agreed to. */
  @IsOptional() @Matches(REFERENCE, referenceTo('wording')) wording?: string;
  /** Default: until it is withdrawn. */
  @IsOptional() @IsInstant() validUntil?: string;
}

/** `POST /consents/withdraw` */
export class WithdrawConsentBody extends SaidBody {
  @IsOptional() @Matches(REFERENCE, referenceTo('evidence')) evidence?: string;
}
