import { DEAD_LETTER_DESK, readDeskRequest, type DeskAnswer, type DeskRequest } from '@homing/contracts';
import type { Bus } from '@homing/messaging';
import { toSafeError, type Logger } from '@homing/service-kit';
import { deskAnswers } from './desk.metrics.js';
import type { LetterDesk } from './letter.desk.js';

export interface DeskDoor {
  readonly bus: Pick<Bus, 'listen' | 'notify'>;
  readonly desk: Pick<LetterDesk, 'handle'>;
  readonly logger: Logger;
}

/** Hears what the API asks; of several desks one answers. Returns the way to stop. */
export function openDesk({ bus, desk, logger }: DeskDoor): () => void {
  return bus.listen(
    DEAD_LETTER_DESK,
    async ({ data }) => {
      const request = readDeskRequest(data);
      if (!request) return logger.warn('a question that the desk does not understand');
      const answer = await answerTo(desk, request, logger);
      deskAnswers.inc({ action: request.action, answer: answer.kind });
      bus.notify(request.replyTo, answer);
    },
    { queue: 'desk' },
  );
}

async function answerTo(desk: DeskDoor['desk'], request: DeskRequest, logger: Logger): Promise<DeskAnswer> {
  const { action, letterId, actor } = request;
  try {
    const answer = await desk.handle(request);
    logger.info({ action, letterId, actor, answer: answer.kind }, 'dead letter');
    return answer;
  } catch (error) {
    logger.warn({ action, letterId, err: toSafeError(error) }, 'the desk could not do it now');
    return { kind: 'unavailable' };
  }
}
