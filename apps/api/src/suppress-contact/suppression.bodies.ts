import { CHANNELS, LIFT_REASONS, NO_CONTROL, PLAIN, REFERENCE, type Channel, type LiftReason } from '@homing/contracts';
import { IsIn, IsOptional, Length, Matches } from 'class-validator';

const NOTE = { message: 'note must be a reference such as TICKET-4711: one word of at most 64 characters' };

/** `POST /suppressions` */
export class SuppressBody {
  @IsIn(CHANNELS) channel!: Channel;
  /** In any spelling that the channel knows; it is kept as a keyed hash and a mask, never as it is. */
  @Matches(NO_CONTROL, PLAIN) @Length(1, 2048) address!: string;
  /** Where the reason is kept. */
  @IsOptional() @Matches(REFERENCE, NOTE) note?: string;
}

/** Query of `DELETE /suppressions/{suppressionId}` */
export class LiftQuery {
  @IsIn(LIFT_REASONS) reason!: LiftReason;
  @IsOptional() @Matches(REFERENCE, NOTE) note?: string;
}
