import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { replyProblem } from './problem.reply.js';

export interface CallerBounds {
  /** What a provider is answered that must come again; default 503. */
  readonly busyStatus?: (provider: string) => number | undefined;
  /** Webhooks worked on at once, from 1. Only one whose body is here counts: who sends slowly keeps nobody else waiting. */
  readonly maxConcurrent: number;
  /** Bytes of bodies held at once, of webhooks arriving and worked on. */
  readonly maxBytes: number;
}

const ROUTES: readonly (string | undefined)[] = ['/webhooks/:provider', '/webhooks/:provider/:account'];

/** By route, since a path can be written in other ways. */
export const isWebhook = ({ method, routeOptions }: FastifyRequest): boolean =>
  method === 'POST' && ROUTES.includes(routeOptions.url);

/** What the server does not take now; the framework answers with its status. */
class BusyError extends Error {
  readonly statusCode = 503;
}

/** Beyond either bound a webhook gets 503 and comes again. */
export function boundCallers(server: FastifyInstance, { maxConcurrent, maxBytes, busyStatus }: CallerBounds): void {
  let inside = 0;
  let held = 0;
  server.addHook('preParsing', async (request, reply, payload) => {
    if (!isWebhook(request)) return payload;
    let own = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (held + chunk.length > maxBytes) return done(new BusyError('too many bytes at once'));
        held += chunk.length;
        own += chunk.length;
        done(null, chunk);
      },
    });
    // The framework listens only while it reads: an error after its answer must not end the process.
    counted.on('error', () => {});
    payload.once('error', (error) => counted.destroy(error));
    reply.raw.once('close', () => {
      payload.unpipe(counted).resume();
      counted.destroy();
      held -= own;
    });
    return payload.pipe(counted);
  });
  server.addHook('preHandler', async (request, reply) => {
    if (!isWebhook(request)) return;
    const { provider } = request.params as { provider: string };
    if (inside >= maxConcurrent) return replyProblem(reply, 'busy', busyStatus?.(provider));
    inside++;
    reply.raw.once('close', () => inside--);
  });
}
