import { REFERENCE } from '@homing/contracts';
import { IsIn, IsOptional, Matches } from 'class-validator';

const message = 'note must be a reference such as TICKET-4711: one word of at most 64 characters';

/** `POST /assisted-tasks/{id}/done` */
export class TaskDoneBody {
  /** `not_sent`: it was tried and could not be done. Default `sent`. */
  @IsOptional()
  @IsIn(['sent', 'not_sent'])
  outcome?: 'sent' | 'not_sent';
  /** Where the reason is kept. */
  @IsOptional()
  @Matches(REFERENCE, { message })
  note?: string;
}

/** `POST /assisted-tasks/{id}/decline` */
export class TaskDeclineBody {
  /** Where the reason is kept. */
  @IsOptional()
  @Matches(REFERENCE, { message })
  note?: string;
}
