import { hostname } from 'node:os';
import { type Env, readEnv } from './env.reader.js';
import { createLogger, type Logger, type LogLevel } from './pino.logger.js';
import { Readiness } from './readiness.provider.js';
import type { HttpOptions } from './service.runner.js';

/** What every service starts from. */
export interface ServiceBasics {
  readonly name: string;
  readonly env: Env;
  /** Names this process: `SERVICE_INSTANCE`, default `<name>-<host>-<pid>`. */
  readonly instance: string;
  readonly logger: Logger;
  readonly readiness: Readiness;
  /** From `PORT` (default 0: a free one) and `HOST` (default 127.0.0.1). */
  readonly http: HttpOptions;
}

const levels: [LogLevel, ...LogLevel[]] = ['info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent'];

/** Reads `PORT`, `HOST`, `LOG_LEVEL` and `SERVICE_INSTANCE`. Faults are kept for `env.check()`. */
export function serviceBasics(name: string, source: NodeJS.ProcessEnv = process.env): ServiceBasics {
  const env = readEnv(source);
  const instance = env.string('SERVICE_INSTANCE', { default: `${name}-${hostname()}-${process.pid}` });
  const level = env.oneOf('LOG_LEVEL', levels, { default: 'info' });
  const port = env.int('PORT', { default: 0, min: 0, max: 65_535 });
  const host = env.string('HOST', { default: '127.0.0.1' });
  const logger = createLogger({ service: name, instance, level });
  return { name, env, instance, logger, readiness: new Readiness(), http: { port, host } };
}
