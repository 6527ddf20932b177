import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Env } from './env.reader.js';
import { HealthModule } from './health.module.js';
import { NestLogger } from './nest-logger.service.js';
import { createLogger, type Logger, type LogLevel } from './pino.logger.js';
import { Readiness } from './readiness.provider.js';
import { bounded } from './service.stopper.js';
import { measureRequests } from './telemetry/http.metrics.js';
import { type RequestTracing, traceRequests } from './telemetry/http.tracing.js';
import { type MetricsAccess, metricsAccess, mountMetrics } from './telemetry/metrics.endpoint.js';
import { startProcessMetrics } from './telemetry/process.metrics.js';

export interface HttpOptions {
  /** 0 takes a free port; the `listening` line names it. */
  readonly port: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Largest accepted body in bytes. Default 1 MiB. */
  readonly bodyLimit?: number;
  /** Keep the raw body beside the parsed one (`request.rawBody`), for signatures. Default false. */
  readonly rawBody?: boolean;
  /** Proxies whose `X-Forwarded-*` is believed, as Fastify takes it. Default none. */
  readonly trustProxy?: string | string[];
  /** Bound in milliseconds for receiving one whole request. Default 30 000. */
  readonly requestTimeoutMs?: number;
  /** Most UTF-16 units of one parameter in a path, decoded; longer ones match no route. Default 100. */
  readonly maxParamLength?: number;
  /** True where strangers can reach this port: in production `/metrics` is then served only with `METRICS_TOKEN`. Default false. */
  readonly internetFacing?: boolean;
  /** False where callers' `traceparent` is not gone on from: each request begins a trace of its own. Default true. */
  readonly continueTraces?: boolean;
}

export interface ServiceOptions {
  readonly name: string;
  readonly module: Type | DynamicModule;
  /** Checked before anything starts; also gives `LOG_LEVEL` and `SERVICE_INSTANCE` when no logger is passed. */
  readonly env: Env;
  readonly http: HttpOptions;
  /** Microservice transports. They start after the HTTP server and stop before it. */
  readonly strategies?: readonly CustomTransportStrategy[];
  /** Pipes, filters, plugins, OpenAPI: runs before handlers are bound to the strategies. */
  readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
  readonly logger?: Logger;
  readonly readiness?: Readiness;
  /** Bound in milliseconds for each of: draining the strategies, answering open requests, closing. Default 10 000. */
  readonly drainMs?: number;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly logger: Logger;
  /** Stops accepting, drains, closes. Repeated calls share one stop. Never rejects; what failed is logged. */
  stop(): Promise<void>;
}

@Module({})
class ServiceRoot {}

/** Boots and returns; leaves signals and the process alone. Tests use this, `main.ts` uses `runService`. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { env, http, strategies = [], readiness = new Readiness() } = options;
  const logger = options.logger ?? loggerFromEnv(options.name, env);
  const access = metricsAccess(env, http.internetFacing ?? false);
  env.check();
  const root = { module: ServiceRoot, imports: [options.module, HealthModule.register({ readiness })] };
  const adapter = adapterOf(http);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    rawBody: http.rawBody ?? false,
  });
  watch(app, access, http);
  await options.configure?.(app);
  for (const strategy of strategies) app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= stopService({ app, strategies, readiness, logger, drainMs: options.drainMs ?? 10_000 }));
  try {
    await app.listen(http.port, http.host ?? '127.0.0.1');
    await app.startAllMicroservices();
  } catch (error) {
    await stop();
    throw error;
  }
  const url = urlOf(app);
  logger.info({ url, pid: process.pid }, 'listening');
  return { app, url, logger, stop };
}

/** Hooks hold for the routes mounted after them, so they come first. */
function watch(app: NestFastifyApplication, access: MetricsAccess, tracing: RequestTracing): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  traceRequests(server, tracing);
  measureRequests(server);
  mountMetrics(server, access);
  startProcessMetrics();
}

function adapterOf({
  bodyLimit = 1024 * 1024,
  trustProxy,
  requestTimeoutMs = 30_000,
  maxParamLength = 100,
}: HttpOptions) {
  return new FastifyAdapter({
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    http: {
      // Node takes the shorter of these two for the headers and the longer for the whole request: left at its 60 s, the one
      // for headers would be the bound of both.
      requestTimeout: requestTimeoutMs,
      headersTimeout: requestTimeoutMs,
      // And it looks for late requests only so often; by default every 30 s.
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    },
    routerOptions: { maxParamLength },
    ...(trustProxy ? { trustProxy } : {}),
  });
}

export function loggerFromEnv(name: string, env: Env): Logger {
  const levels: [LogLevel, ...LogLevel[]] = ['info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent'];
  return createLogger({
    service: name,
    instance: env.string('SERVICE_INSTANCE', { default: `${hostname()}-${process.pid}` }),
    level: env.oneOf<LogLevel>('LOG_LEVEL', levels, { default: 'info' }),
  });
}

interface Stopping {
  readonly app: NestFastifyApplication;
  readonly strategies: readonly CustomTransportStrategy[];
  readonly readiness: Readiness;
  readonly logger: Logger;
  readonly drainMs: number;
}

/** Handlers first, then open requests, then `onApplicationShutdown` hooks (where stores are closed): nothing is pulled from under work. */
async function stopService({ app, strategies, readiness, logger, drainMs }: Stopping): Promise<void> {
  readiness.stop();
  const step = async (name: string, work: () => unknown) => {
    const end = await bounded(work, drainMs);
    if (end !== 'done') logger.warn({ step: name, end }, 'did not stop cleanly');
  };
  await step('drain handlers', () => Promise.all(strategies.map(async (strategy) => strategy.close())));
  // A keep-alive connection that was busy when the server began to close becomes idle later: nobody else closes it then.
  const idle = setInterval(() => app.getHttpServer().closeIdleConnections(), 20);
  await step('answer open requests', () => app.getHttpAdapter().close());
  clearInterval(idle);
  app.getHttpServer().closeAllConnections();
  await step('close', () => app.close());
  logger.info('stopped');
}

function urlOf(app: NestFastifyApplication): string {
  const { address, family, port } = app.getHttpServer().address() as AddressInfo;
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}
