import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { type Check, Readiness } from './readiness.provider.js';

export interface HealthOptions {
  /** Checks known at boot, by name. Others are added through the `Readiness` provider. */
  readonly checks?: Readonly<Record<string, Check>>;
  /** An existing one to share; default a new one. */
  readonly readiness?: Readiness;
}

const retryAfterSeconds = '1';

/**
 * `GET /health/live`: 200 while the event loop turns. `GET /health/ready`: 200 with each check named, or 503 and `Retry-After`.
 * The routes stand on the HTTP server itself: guards, prefixes and interceptors of the service do not touch them.
 * `runService` mounts this module; mount it yourself only where `runService` is not used.
 */
@Module({})
export class HealthModule implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  static register(options: HealthOptions = {}): DynamicModule {
    const readiness = options.readiness ?? new Readiness();
    for (const [name, check] of Object.entries(options.checks ?? {})) readiness.add(name, check);
    return {
      module: HealthModule,
      global: true,
      providers: [{ provide: Readiness, useValue: readiness }],
      exports: [Readiness],
    };
  }

  onModuleInit(): void {
    const server = this.host.httpAdapter;
    server.get('/health/live', (_request: unknown, reply: FastifyReply) => reply.code(200).send({ status: 'live' }));
    server.get('/health/ready', async (_request: unknown, reply: FastifyReply) => {
      const report = await this.readiness.report();
      if (report.status === 'ready') return reply.code(200).send(report);
      return reply.code(503).header('retry-after', retryAfterSeconds).send(report);
    });
  }
}
