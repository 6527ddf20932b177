import { afterEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { allowLargeBatches, BODY_LIMIT, MOST_LARGE_BODIES } from './body.hook.js';

const path = '/api/v1/outreach/send-batch';
const body = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes) });
let server: FastifyInstance;
let release: () => void = () => {};
afterEach(() => server.close());

/** Its answers wait until `release`; `all` comes when as many are held as may be. */
async function start() {
  const held = new Promise<void>((resolve) => (release = resolve));
  let come: () => void = () => {};
  const all = new Promise<void>((resolve) => (come = resolve));
  let taken = 0;
  server = fastify({ bodyLimit: BODY_LIMIT });
  allowLargeBatches(server);
  server.setErrorHandler((error: Error & { code?: string }, _request, reply) => reply.code(429).send(error.code));
  server.post(path, async () => {
    taken += 1;
    if (taken === MOST_LARGE_BODIES) come();
    await held;
    return 'taken';
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const post = (bytes: number) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body(bytes) });
  return { post, all };
}

describe('large bodies', () => {
  it('beyond what memory is meant for are refused before they are read; small ones go on; each gives its place back', async () => {
    const { post, all } = await start();
    const taken = Array.from({ length: MOST_LARGE_BODIES }, () => post(BODY_LIMIT));
    await all;
    const refused = await post(BODY_LIMIT);
    expect([refused.status, await refused.text()]).toEqual([429, 'too_many_requests']);
    const small = post(10);
    release();
    expect((await Promise.all([...taken, small])).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await post(BODY_LIMIT)).status).toBe(200);
  });
});
