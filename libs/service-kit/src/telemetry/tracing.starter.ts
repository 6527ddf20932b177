import type { Env } from '../env.reader.js';
import type { Logger } from '../pino.logger.js';
import { toSafeError } from '../safe-error.serializer.js';

/** Sends what is left and stops. Never rejects. */
export type StopTracing = () => Promise<void>;

export interface TracedProcess {
  readonly name: string;
  readonly instance: string;
  readonly logger: Logger;
  readonly env: Env;
}

/** By OpenTelemetry's own variables: an exporter or an endpoint is named, and nobody said `none`. */
export function isTracingConfigured(env: Env): boolean {
  const disabled = env.string('OTEL_SDK_DISABLED', { default: '' });
  const exporter = env.string('OTEL_TRACES_EXPORTER', { default: '' }).trim();
  const protocols = ['http', 'https'];
  const endpoint = env.url('OTEL_EXPORTER_OTLP_ENDPOINT', { default: '', protocols });
  const ofTraces = env.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', { default: '', protocols });
  if (/^true$/i.test(disabled.trim())) return false;
  return exporter === '' ? endpoint !== '' || ofTraces !== '' : exporter !== 'none';
}

/**
 * Loads the SDK where tracing is configured; elsewhere nothing is loaded. Call it before anything is wired. A faulty configuration is
 * logged and the process goes on without traces: they are never worth a message. An endpoint that is no URL, or in production one in
 * clear on another machine, is a fault that `env.check()` names.
 */
export async function startTracing({ name, instance, logger, env }: TracedProcess): Promise<StopTracing> {
  if (!isTracingConfigured(env)) return async () => {};
  try {
    const { startSdk } = await import('./otel.sdk.js');
    const stop = startSdk({ service: `homing-${name}`, instance, onTrouble: sayingEachMinute(logger) });
    logger.info('tracing');
    return async () =>
      stop().catch((error: unknown) => logger.warn({ err: toSafeError(error) }, 'traces were not sent'));
  } catch (error) {
    logger.error({ err: toSafeError(error) }, 'traces are not kept');
    return async () => {};
  }
}

const sayAgainMs = 60_000;

function sayingEachMinute(logger: Logger): () => void {
  let saidAt = -Infinity;
  return () => {
    if (performance.now() - saidAt < sayAgainMs) return;
    saidAt = performance.now();
    logger.warn('traces cannot be sent to where OTEL_EXPORTER_OTLP_ENDPOINT says');
  };
}
