import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { ApiParts } from './api.parts.js';
import { openApiDocument } from './describe/openapi.document.js';
import { acceptJsonOnly, allowLargeBatches } from './http/body.hook.js';
import { serveConsole } from './http/console.files.js';
import { refuseMalformedPaths } from './http/path.check.js';
import { logRequests } from './http/request-log.hook.js';
import { SECURITY_HEADERS } from './http/security-headers.hook.js';
import { API_PREFIX, requireApiKey } from './security/authentication.hook.js';
import { RateLimiter } from './security/rate.limiter.js';

export interface HttpSurface {
  readonly parts: Pick<ApiParts, 'registry' | 'settings' | 'logger'>;
  /** Where the built console lies; without it /console is 404. */
  readonly consoleDirectory: string;
}

/** Everything around the routes, in the order in which a request meets it. */
export async function configureHttp(app: NestFastifyApplication, surface: HttpSurface): Promise<void> {
  const { parts, consoleDirectory } = surface;
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  app.setGlobalPrefix(API_PREFIX.replace(/\/$/, ''));
  refuseMalformedPaths(server);
  logRequests(server, parts.logger);
  await server.register(helmet, SECURITY_HEADERS);
  neverStored(server);
  requireApiKey(server, { registry: parts.registry, limiter: new RateLimiter(parts.settings.rateLimit) });
  acceptJsonOnly(server);
  allowLargeBatches(server);
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'Homing API',
  });
  if (!(await serveConsole(server, consoleDirectory))) parts.logger.warn('the console is not built: /console is 404');
}

/** What the API says is a tenant's own. */
function neverStored(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    // The route, since a path can be written in other ways: %61pi is api.
    const { url: route = request.url } = request.routeOptions;
    if (route.startsWith(API_PREFIX)) reply.raw.setHeader('cache-control', 'no-store');
  });
}
