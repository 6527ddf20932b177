import { ASSISTED_DESK, readAssistedRequest, type AssistedAnswer, type AssistedRequest } from '@homing/contracts';
import type { Bus } from '@homing/messaging';
import { toSafeError, type Logger } from '@homing/service-kit';
import { taskAnswers } from './task.metrics.js';
import { answerTask, taskIdOf, type TaskDeskParts } from './task.desk.js';

export interface TaskDoor {
  readonly bus: Pick<Bus, 'listen' | 'notify'>;
  readonly parts: TaskDeskParts;
  readonly logger: Logger;
}

/** Hears what the API asks about tasks; of several gateways one answers. Returns the way to stop. */
export function openTaskDoor({ bus, parts, logger }: TaskDoor): () => void {
  return bus.listen(
    ASSISTED_DESK,
    async ({ data }) => {
      const request = readAssistedRequest(data);
      if (!request) return logger.warn('a question about a task that is not understood');
      const answer = await answerTo(parts, request, logger);
      taskAnswers.inc({ action: request.action, answer: answer.kind });
      bus.notify(request.replyTo, answer);
    },
    { queue: 'assisted-tasks' },
  );
}

async function answerTo(parts: TaskDeskParts, request: AssistedRequest, logger: Logger): Promise<AssistedAnswer> {
  const { action, by } = request;
  const taskId = taskIdOf(request);
  try {
    const answer = await answerTask(parts, request);
    logger.info({ action, taskId, by, answer: answer.kind }, 'assisted task');
    return answer;
  } catch (error) {
    logger.warn({ action, taskId, err: toSafeError(error) }, 'a task could not be answered now');
    return { kind: 'unavailable' };
  }
}
