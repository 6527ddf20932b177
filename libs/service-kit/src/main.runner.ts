import type { Logger } from './pino.logger.js';
import { toSafeError } from './safe-error.serializer.js';
import { loggerFromEnv, type RunningService, type ServiceOptions, startService } from './service.runner.js';
import { bounded } from './service.stopper.js';

const bootAndStopMs = 60_000;

/**
 * What every `main.ts` ends with. Boots a Nest app on Fastify with health routes, connects the strategies, prints one JSON line
 * `listening` with `url` and `pid`. SIGTERM or SIGINT: stops accepting, drains, closes, exits 0 (further signals are ignored
 * while it does; every step is bounded). An unhandled rejection or exception, or a failed boot: logged, exit 1; the supervisor restarts.
 */
export async function runService(options: ServiceOptions): Promise<RunningService> {
  const logger = options.logger ?? loggerFromEnv(options.name, options.env);
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => giveUp(logger, error, event));
  }
  const booting = startService({ ...options, logger });
  let signalled = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (signalled) return;
    signalled = true;
    logger.info({ signal }, 'stopping');
    void bounded(async () => (await booting).stop(), bootAndStopMs).then(() => process.exit(0));
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return booting.catch((error: unknown) => giveUp(logger, error, 'boot failed'));
}

function giveUp(logger: Logger, error: unknown, event: string): never {
  try {
    logger.fatal({ err: toSafeError(error), event }, 'giving up');
  } finally {
    process.exit(1);
  }
}
