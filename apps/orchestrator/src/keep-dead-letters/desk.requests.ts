import { DEAD_LETTER_DESK, readDeskRequest, type DeskAnswer, type DeskRequest } from '@homing/contracts';
import type { Bus } from '@homing/messaging';
import { toSafeError, type Logger } from '@homing/service-kit';
import { deskAnswers } from './desk.metrics.js';
import type { InboundDesk } from './inbound.desk.js';
import type { LetterDesk } from './letter.desk.js';

export interface DeskDoor {
  readonly bus: Pick<Bus, 'listen' | 'notify'>;
  readonly desk: Pick<LetterDesk, 'handle'>;
  /** Opens what people wrote. */
  readonly inbound: Pick<InboundDesk, 'open'>;
  readonly logger: Logger;
}

/** Hears what the API asks; of several desks one answers. Returns the way to stop. */
export function openDesk(door: DeskDoor): () => void {
  const { bus, logger } = door;
  return bus.listen(
    DEAD_LETTER_DESK,
    async ({ data }) => {
      const request = readDeskRequest(data);
      if (!request) return logger.warn('a question that the desk does not understand');
      const answer = await answerTo(door, request);
      deskAnswers.inc({ action: request.action, answer: answer.kind });
      bus.notify(request.replyTo, answer);
    },
    { queue: 'desk' },
  );
}

async function answerTo({ desk, inbound, logger }: DeskDoor, request: DeskRequest): Promise<DeskAnswer> {
  const { action, letterId, actor } = request;
  try {
    const answer = await (request.action === 'open_inbound' ? inbound.open(request) : desk.handle(request));
    logger.info({ action, letterId, actor, answer: answer.kind }, 'dead letter');
    return answer;
  } catch (error) {
    logger.warn({ action, letterId, err: toSafeError(error) }, 'the desk could not do it now');
    return { kind: 'unavailable' };
  }
}
