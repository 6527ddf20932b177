import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@homing/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS } from './problem.error.js';
import { sendProblem, toProblem } from './problem.mapping.js';

/** Every error of every route, the framework's included, leaves as problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(thrown);
    const { status } = PROBLEMS[problem.code];
    if (status >= 500) this.logger.error({ err: problem, requestUuid: request.id, problem: problem.code }, 'failed');
    if (reply.raw.headersSent) return void reply.raw.destroy();
    sendProblem(reply, problem);
  }
}
