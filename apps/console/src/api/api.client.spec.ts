import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiError, createApiClient } from './api.client.js';

const real = globalThis.fetch;
afterEach(() => void (globalThis.fetch = real));

/** Answers everything alike and keeps what was asked. */
function answering(status: number, body: object | string) {
  const asked: { path: string; init: RequestInit }[] = [];
  globalThis.fetch = (async (path: string, init: RequestInit) => {
    asked.push({ path, init });
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
  }) as typeof fetch;
  return asked;
}
const client = createApiClient('k');
const id = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001.1.1';

describe('what the console asks about tasks', () => {
  it('is the page of one state and channel, with the key in a header only', async () => {
    const asked = answering(200, { items: [] });
    await client.tasks({ state: 'all', channel: 'linkedin', cursor: 'c' });
    expect(asked[0]?.path).toBe('/api/v1/assisted-tasks?limit=50&state=all&channel=linkedin&cursor=c');
    expect(asked[0]?.init.headers).toMatchObject({ authorization: 'Bearer k' });
  });

  it('names who works, so that nobody else is given the same', async () => {
    const asked = answering(200, { id });
    await client.openTask(id, 'console-1');
    expect(asked[0]?.path).toBe(`/api/v1/assisted-tasks/${id}?worker=console-1`);
  });

  it.each([
    ['sent', 'done', { worker: 'w', outcome: 'sent' }],
    ['not_sent', 'done', { worker: 'w', outcome: 'not_sent', note: 'not_found' }],
    ['declined', 'decline', { worker: 'w', note: 'not_found' }],
  ] as const)('says %s once, under a key', async (outcome, word, body) => {
    const asked = answering(200, { state: outcome });
    const note = outcome === 'sent' ? {} : { note: 'not_found' };
    await client.finishTask(id, { worker: 'w', word: { outcome, ...note }, key: 'once' });
    expect(asked[0]?.path).toBe(`/api/v1/assisted-tasks/${id}/${word}`);
    expect(asked[0]?.init.headers).toMatchObject({ 'idempotency-key': 'once' });
    expect(JSON.parse(String(asked[0]?.init.body))).toEqual(body);
  });

  it('and was refused with tells why in words, and by its code', async () => {
    answering(409, { type: 'urn:homing:problem:claimed', title: 'Somebody else has it in hand', detail: 'until then' });
    const refused = await client.openTask(id, 'w').catch((error: unknown) => error as ApiError);
    expect(refused).toMatchObject({
      status: 409,
      code: 'claimed',
      message: 'Somebody else has it in hand: until then',
    });
    answering(502, '<html>');
    await expect(client.openTask(id, 'w')).rejects.toThrow('The API answered 502.');
  });
});
