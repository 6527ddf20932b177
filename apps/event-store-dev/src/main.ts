import { startEventStoreDev } from './event-store-dev.server.js';
import { ConfigError, readConfig } from './server.config.js';

const say = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const options = readConfig(process.env);
  if (options.databaseUrl === undefined) {
    say({
      event: 'warning',
      message: 'EVENTS_DATABASE_URL is not set: the log lives in memory and is lost at the end',
    });
  }
  const server = await startEventStoreDev(options);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.stop());
  say({ event: 'ready', port: server.port, url: server.url, storage: options.databaseUrl ? 'postgres' : 'memory' });
  const reason = await server.stopped;
  if (reason === 'fenced') {
    process.stderr.write(
      'event-store-dev: another instance took this log over; this one wrote nothing more and stopped\n',
    );
  }
  process.exit(reason === 'fenced' ? 1 : 0);
} catch (error) {
  // A host with several addresses refuses with several errors and no message of its own.
  const causes = error instanceof AggregateError ? error.errors : [error];
  const message = causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))).join('; ');
  process.stderr.write(`event-store-dev: ${message}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
