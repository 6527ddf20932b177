import { giveBackIdleMemory } from './memory/idle.memory.js';
import type { Logger } from './pino.logger.js';
import { serviceBasics, type ServiceBasics } from './service.basics.js';
import { toSafeError } from './safe-error.serializer.js';
import { loggerFromEnv, type RunningService, type ServiceOptions, startService } from './service.runner.js';
import { bounded } from './service.stopper.js';
import { startTracing } from './telemetry/tracing.starter.js';

const stopMs = 60_000;
const lastWordsMs = 3_000;

/**
 * What every `main.ts` ends with. Boots a Nest app on Fastify with health routes, connects the strategies, prints one JSON line
 * `listening` with `url` and `pid`. SIGTERM or SIGINT: stops accepting, drains, closes, exits 0 (further signals are ignored
 * while it does; every step is bounded by `drainMs`, a boot that is under way as well). An unhandled rejection or exception, or a failed boot:
 * logged, exit 1; the supervisor restarts.
 */
export async function runService(
  options: ServiceOptions & {
    /** Runs last, bounded, before the process exits. */
    readonly afterStop?: () => Promise<void>;
  },
): Promise<RunningService> {
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
    void stopBooted(booting, { logger, bootMs: options.drainMs ?? 10_000 })
      .then(() => bounded(options.afterStop ?? (() => {}), lastWordsMs))
      .then(() => process.exit(0));
  };
  onSignals(onSignal);
  return booting.catch((error: unknown) => giveUp(logger, error, 'boot failed'));
}

interface StopBooted {
  readonly logger: Logger;
  /** How long a boot that is under way is waited for: what it waits for may never come. */
  readonly bootMs: number;
}

/** A boot that failed has its own last words, in `runService`. */
async function stopBooted(booting: Promise<RunningService>, { logger, bootMs }: StopBooted): Promise<void> {
  const end = await bounded(() => booting, bootMs);
  if (end === 'timed out') return logger.warn({ step: 'boot', end }, 'did not stop cleanly');
  await bounded(async () => (await booting).stop(), stopMs);
}

/** What a service's wiring gives: its module and what else it needs beyond the basics. */
export type WiredService = Partial<ServiceOptions> &
  Pick<ServiceOptions, 'module'> & {
    /** Runs once the service listens: loops and subscriptions that no handler starts. */
    readonly start?: () => void;
  };

/** A whole `main.ts`: `await runMain('scheduler', wireScheduler)`. Faults of configuration end as one log line too, and exit 1. */
export async function runMain(name: string, wire: (basics: ServiceBasics) => WiredService): Promise<void> {
  const basics = serviceBasics(name);
  const stopUnwired = onSignals((signal) => {
    basics.logger.info({ signal }, 'stopped before it was wired');
    process.exit(0);
  });
  const stopTracing = await startTracing(basics);
  let wired: WiredService;
  try {
    wired = wire(basics);
  } catch (error) {
    return giveUp(basics.logger, error, 'wiring failed');
  }
  const { start, ...options } = wired;
  const booted = runService({ ...basics, ...options, afterStop: stopTracing });
  stopUnwired();
  await booted;
  start?.();
  giveBackIdleMemory();
}

/** Returns the way to hear no more. */
function onSignals(hear: (signal: NodeJS.Signals) => void): () => void {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  for (const signal of signals) process.on(signal, hear);
  return () => signals.forEach((signal) => process.off(signal, hear));
}

function giveUp(logger: Logger, error: unknown, event: string): never {
  try {
    logger.fatal({ err: toSafeError(error), event }, 'giving up');
  } finally {
    process.exit(1);
  }
}
