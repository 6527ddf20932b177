import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toSafeError, type Logger } from '@homing/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answersOf, type Callers } from '../receive-webhook/caller.search.js';
import { passes, problemOf, replyProblem } from './problem.reply.js';

/** Whatever is thrown leaves as problem details. An answer that never says 2xx makes the provider come again. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly callers: Callers,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { provider = '' } = (http.getRequest<FastifyRequest>().params ?? {}) as { provider?: string };
    const code = problemOf(thrown);
    if (code === 'internal') this.logger.error({ err: toSafeError(thrown) }, 'webhook failed');
    void replyProblem(reply, code, passes(code) ? answersOf(this.callers, provider).notStored : undefined);
  }
}
