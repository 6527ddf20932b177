import { REFERENCE } from '@homing/contracts';
import { IsIn, IsOptional, Matches } from 'class-validator';

const workerMessage = 'worker must be one word of at most 64 characters that names nobody';
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
  /** Who of those who share the key says so: the word the task was claimed with. */
  @IsOptional()
  @Matches(REFERENCE, { message: workerMessage })
  worker?: string;
}

/** `POST /assisted-tasks/{id}/decline` */
export class TaskDeclineBody {
  /** Where the reason is kept. */
  @IsOptional()
  @Matches(REFERENCE, { message })
  note?: string;
  /** Who of those who share the key says so: the word the task was claimed with. */
  @IsOptional()
  @Matches(REFERENCE, { message: workerMessage })
  worker?: string;
}
