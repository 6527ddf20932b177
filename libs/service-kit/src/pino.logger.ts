import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { toSafeError } from './safe-error.serializer.js';
import { Secret } from './secret.value.js';
import { traceFields } from './telemetry/tracing.facade.js';

export type { Logger } from 'pino';
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggerSettings {
  /** Name of the service, on every line. */
  readonly service: string;
  /** Which of several processes of that service, on every line. */
  readonly instance: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Default: stdout, written synchronously, so that the last line before an exit is never lost. */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines `{level, time, service, instance, msg, ...fields}`, with `trace_id` and `span_id` inside a span. Errors, wherever they stand in a line, are reduced by
 * `toSafeError`; a line about an error alone says the error's class instead of its message.
 * Callers log ids, counts and codes; bodies, addresses and SQL parameters never.
 */
export function createLogger(settings: LoggerSettings): Logger {
  const { service, instance, level = 'info', destination } = settings;
  const options: LoggerOptions = {
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => traceFields() ?? {},
    // pino would add an error's message as `msg` and its enumerable fields as they are: reduce before pino sees it.
    hooks: {
      logMethod(args, method) {
        method.apply(this, safeArguments(args) as Parameters<typeof method>);
      },
    },
    formatters: {
      level: (label) => ({ level: label }),
    },
    serializers: { err: (value: unknown) => (value instanceof Error ? toSafeError(value) : value) },
  };
  const logger = destination ? pino(options, destination) : pino(options);
  const makeChild = logger.child;
  logger.child = function child(this: Logger, bindings: object, ...rest: []) {
    return makeChild.call(this, safeFields(bindings), ...rest);
  } as typeof logger.child;
  return logger;
}

function safeArguments(args: readonly unknown[]): unknown[] {
  const [first, ...rest] = args;
  const texts = rest.map(safeValue);
  if (first instanceof Error) return [{ err: toSafeError(first) }, ...(texts.length > 0 ? texts : [classOf(first)])];
  if (typeof first !== 'object' || first === null) return [first, ...texts];
  const thrown = Object.values(first).find((value) => value instanceof Error);
  const message = texts.length > 0 || !thrown ? texts : [classOf(thrown)];
  return [safeFields(first), ...message];
}

const classOf = (error: Error) => toSafeError(error).type;
const safeFields = (fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, safeValue(value)]));

function safeValue(value: unknown): unknown {
  if (value instanceof Error) return toSafeError(value);
  return value instanceof Secret ? String(value) : value;
}
