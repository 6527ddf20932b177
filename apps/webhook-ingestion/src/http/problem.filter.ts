import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { toSafeError, type Logger } from '@homing/service-kit';
import type { FastifyReply } from 'fastify';
import { problemOf, replyProblem } from './problem.reply.js';

/** Whatever is thrown leaves as problem details. An answer that never says 2xx makes the provider come again. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const code = problemOf(thrown);
    if (code === 'internal') this.logger.error({ err: toSafeError(thrown) }, 'webhook failed');
    void replyProblem(reply, code);
  }
}
