import type { LoggerService } from '@nestjs/common';
import type { Logger } from './pino.logger.js';
import { toSafeError } from './safe-error.serializer.js';

/**
 * Nest's log calls through our logger. Nest's own chatter is kept at `debug`; its errors and warnings keep their level. What
 * Nest logs as an error text may quote user input, so error texts that are not ours are replaced by their context.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: contextOf(rest) }, textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.log(message, ...rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.log(message, ...rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ context: contextOf(rest), ...thrownIn(message) }, textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const context = contextOf(rest);
    this.logger.error({ context, ...thrownIn(message) }, `error in ${context ?? 'framework'}`);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal({ context: contextOf(rest), ...thrownIn(message) }, 'framework gave up');
  }
}

const contextOf = (rest: unknown[]) =>
  rest.findLast((part): part is string => typeof part === 'string' && /^[\w ]{1,64}$/.test(part));
const textOf = (message: unknown) =>
  typeof message === 'string' ? message : message instanceof Error ? toSafeError(message).type : 'object';
const thrownIn = (message: unknown) => (message instanceof Error ? { err: toSafeError(message) } : {});
