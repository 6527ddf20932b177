import type { AssistedAnswer, AssistedQuestion, AssistedWish } from '@homing/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { ApiBus } from '../api.parts.js';
import { ProblemError } from '../problem/problem.error.js';

const nobodyAnswered: AssistedAnswer = { kind: 'unavailable' };

/** Asks a gateway over the bus. `unavailable` when none answers in time: it may have been done, ask again under the same key. */
export async function askTaskDesk(
  { bus, waitMs }: { readonly bus: Pick<ApiBus, 'expectAnswer' | 'tellTaskDesk'>; readonly waitMs: number },
  question: Omit<AssistedQuestion, 'replyTo'>,
  wish: AssistedWish,
): Promise<AssistedAnswer> {
  const reply = bus.expectAnswer(uuidv7(), waitMs);
  if (!bus.tellTaskDesk({ ...question, ...wish, replyTo: reply.replyTo })) {
    reply.cancel();
    return nobodyAnswered;
  }
  const bytes = await reply.answer;
  return bytes === undefined ? nobodyAnswered : (JSON.parse(new TextDecoder().decode(bytes)) as AssistedAnswer);
}

/** Why the gateway would not or could not, as the caller is told. */
export function taskRefusal(answer: Exclude<AssistedAnswer, { kind: 'opened' | 'done' }>): ProblemError {
  switch (answer.kind) {
    case 'not_found':
      return new ProblemError('not_found');
    case 'already_done': {
      const who = answer.by === undefined ? '' : ` by ${answer.by}`;
      return new ProblemError('already_done', { detail: `it was said to be ${answer.outcome} at ${answer.at}${who}` });
    }
    case 'withdrawn':
      return new ProblemError('withdrawn', {
        detail: `do not send it: ${answer.reason}. The task has ended and nothing counts as sent`,
      });
    case 'claimed':
      return new ProblemError('claimed', {
        detail: `in hand until ${answer.until}, by somebody with ${answer.by}; ask again then, or take another`,
      });
    case 'resting':
      return new ProblemError('campaign_paused', { detail: 'the task waits until the campaign goes on' });
    case 'unavailable':
      return new ProblemError('unavailable', {
        detail: 'nothing is known to have changed; repeat it with the same Idempotency-Key',
        retryAfter: 2,
      });
  }
}
