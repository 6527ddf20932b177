import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../problem/problem.error.js';
import { sendProblem } from '../problem/problem.mapping.js';

const forGood = 'public, max-age=31536000, immutable';

/** Serves the built console at /console. Names without an extension are the app's own and get its page. */
export async function serveConsole(server: FastifyInstance, directory: string): Promise<boolean> {
  if (!existsSync(join(directory, 'index.html'))) return false;
  for (const path of ['/', '/console']) server.get(path, (_request, reply) => reply.redirect('/console/'));
  await server.register(
    async (scope) => {
      await scope.register(fastifyStatic, {
        root: directory,
        cacheControl: false,
        decorateReply: !scope.hasReplyDecorator('sendFile'),
        // Assets carry their content's hash in their name.
        setHeaders: (reply, path) =>
          void reply.header('cache-control', path.includes('/assets/') ? forGood : 'no-cache'),
      });
      scope.setNotFoundHandler((request, reply) => {
        const [path = ''] = request.url.split('?');
        if (/\.\w+$/.test(path)) return sendProblem(reply, new ProblemError('not_found'));
        return reply.sendFile('index.html', directory);
      });
    },
    { prefix: '/console' },
  );
  return true;
}
