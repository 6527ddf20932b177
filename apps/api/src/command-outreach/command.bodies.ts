import { PROVIDER_MESSAGE_ID, REFERENCE } from '@homing/contracts';
import { IsIn, IsOptional, Matches } from 'class-validator';

/** `POST /unknown-outcomes/{deliveryId}/{attempt}/settle` */
export class SettleBody {
  @IsIn(['sent', 'not_sent']) outcome!: 'sent' | 'not_sent';
  /** As the provider's own record names it. */
  @IsOptional()
  @Matches(PROVIDER_MESSAGE_ID, { message: 'providerMessageId must be one word of at most 200 characters, without @' })
  providerMessageId?: string;
  /** Where the reason is kept. */
  @IsOptional()
  @Matches(REFERENCE, { message: 'note must be a reference such as TICKET-4711: one word of at most 64 characters' })
  note?: string;
}
