import { afterEach, describe, expect, it } from '@jest/globals';
import type { WebhookParser } from '@homing/channels';
import type { AccountBook, FoundCaller } from '../receive-webhook/caller.search.js';
import { playFact, playParser, startSurface, type TestSurface } from './surface.fixture.js';

let surface: TestSurface;
afterEach(() => surface.stop());

const keys = ['k1'];
const facts = JSON.stringify([playFact()]);
const start = async (changes: Partial<WebhookParser> = {}, more: object = {}) => {
  const parser = playParser(changes);
  surface = await startSurface({ callers: new Map([['play', { parser, keys }]]), ...more });
  return parser;
};
const forger = { 'x-play-key': 'another' };

describe('each provider is answered in its own way', () => {
  it('plainly, where it has no way of its own', async () => {
    await start();
    const stored = await surface.post('/webhooks/play', facts);
    expect([stored.status, await stored.json()]).toEqual([200, { stored: 1, faulty: 0 }]);
    expect((await surface.post('/webhooks/play', facts, forger)).status).toBe(401);
    surface.stores = false;
    const refused = await surface.post('/webhooks/play', facts);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('406 to what is forged, 429 to what could not be stored, its own words to what was', async () => {
    const stored = { status: 200, contentType: 'text/xml', body: '<Response/>' } as const;
    await start({ answers: { forged: 406, notStored: 429, stored } });
    const answer = await surface.post('/webhooks/play', facts);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      expect.stringContaining('text/xml'),
      '<Response/>',
    ]);
    expect((await surface.post('/webhooks/play', facts, forger)).status).toBe(406);
    surface.stores = false;
    const refused = await surface.post('/webhooks/play', facts);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ type: 'urn:homing:problem:unavailable', status: 429 });
  });

  it('204 has no body', async () => {
    await start({ answers: { stored: { status: 204 } } });
    const answer = await surface.post('/webhooks/play', facts);
    expect([answer.status, await answer.text()]).toEqual([204, '']);
  });

  it('the status on which it comes again also when something of ours breaks', async () => {
    const broken = (): never => {
      throw new Error('person@reader.test');
    };
    await start({ answers: { notStored: 429 }, parse: broken });
    const answer = await surface.post('/webhooks/play', facts);
    expect(answer.status).toBe(429);
    expect(await answer.text()).not.toContain('reader.test');
  });
});

describe('a provider that asks who we are', () => {
  it('hears what its parser answers, or 403, and 404 where there is nothing to ask', async () => {
    await start({
      challenge: ({ query, keys: inForce }) =>
        query['token'] === inForce[0]
          ? { kind: 'answer', contentType: 'text/plain', body: query['challenge'] ?? '' }
          : { kind: 'refused', reason: 'token_mismatch' },
    });
    const asked = await fetch(`${surface.url}/webhooks/play?token=k1&challenge=42`);
    expect([asked.status, asked.headers.get('content-type'), await asked.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      '42',
    ]);
    const refused = await fetch(`${surface.url}/webhooks/play?token=k1&token=k1&challenge=42`);
    expect([refused.status, (await refused.json()) as object]).toMatchObject([
      403,
      { type: 'urn:homing:problem:challenge_refused' },
    ]);
    expect((await fetch(`${surface.url}/webhooks/nobody?token=k1`)).status).toBe(404);
    expect(surface.published).toEqual([]);
  });

  it('hears that we are there (HEAD), and no more', async () => {
    await start();
    const look = (path: string) => fetch(`${surface.url}${path}`, { method: 'HEAD' });
    expect((await look('/webhooks/play')).status).toBe(200);
    expect((await look('/webhooks/nobody')).status).toBe(404);
    expect((await look('/webhooks/play/no-such')).status).toBe(404);
    expect((await fetch(`${surface.url}/webhooks/play`)).status).toBe(404);
  });
});

it('a signature over the address is checked over the public one, whatever Host says', async () => {
  const parser = await start({}, { publicUrl: 'https://hooks.homing.test/in' });
  await surface.post('/webhooks/play?d=1&t=%20x', facts, { 'x-forwarded-host': 'evil.test' });
  expect(parser.seen[0]?.url).toBe('https://hooks.homing.test/in/webhooks/play?d=1&t=%20x');
});

it('takes a mail with its attachments as the bytes they are, and no such body of another kind', async () => {
  await start();
  const mail = Buffer.alloc(5 * 1024 * 1024, 'x');
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
  const taken = await surface.post('/webhooks/play', mail, multipart);
  expect([taken.status, await taken.json()]).toEqual([200, { stored: 0, faulty: 1 }]);
  expect(surface.letters[0]?.bytes.length).toBe(mail.length);
  expect((await surface.post('/webhooks/play', mail)).status).toBe(413);
  expect((await surface.post('/webhooks/play', Buffer.alloc(32 * 1024 * 1024), multipart)).status).toBe(413);
});

describe('an account of its own', () => {
  const book = (found: FoundCaller): AccountBook => ({ find: () => found, accounts: () => [] });
  const of = (tenantId?: string): FoundCaller => ({
    kind: 'caller',
    caller: { parser: playParser(), keys: ['k2'], ...(tenantId === undefined ? {} : { tenantId }) },
  });
  const as = { 'x-play-key': 'k2' };

  it('has its own keys, and speaks for its tenant alone', async () => {
    await start({}, { accounts: book(of('t1')) });
    const said = [playFact(), playFact({ tenantId: 't1' }), playFact({ tenantId: 't2' })];
    const answer = await surface.post('/webhooks/play/acme', JSON.stringify(said), as);
    expect(await answer.json()).toEqual({ stored: 2, faulty: 1 });
    // Both are the provider's event `e1`: a repeat within one post.
    expect(surface.published.map(({ tenantId }) => tenantId)).toEqual(['t1']);
    expect(surface.letters).toMatchObject([{ faults: [{ path: '[2]', code: 'tenant_not_of_this_account' }] }]);
    expect((await surface.post('/webhooks/play/acme', facts)).status).toBe(401);
    expect((await surface.post('/webhooks/play', facts, as)).status).toBe(401);
  });

  it('without a tenant may speak for those it names, as the installation’s own', async () => {
    await start({}, { accounts: book(of()) });
    await surface.post('/webhooks/play/acme', JSON.stringify([playFact({ tenantId: 't2' })]), as);
    expect(surface.published.map(({ tenantId }) => tenantId)).toEqual(['t2']);
  });

  it('must come again while its keys are not known, and is nobody where there is none', async () => {
    await start({ answers: { notStored: 429 } }, { accounts: book({ kind: 'unready' }) });
    expect((await surface.post('/webhooks/play/acme', facts, as)).status).toBe(429);
    expect((await surface.post('/webhooks/play/..%2Facme', facts, as)).status).toBe(404);
    await surface.stop();
    await start();
    expect((await surface.post('/webhooks/play/acme', facts, as)).status).toBe(404);
  });
});

it('a signature that covers no body stands for one body only; its honest retry is taken', async () => {
  const firsts = new Map<string, string>();
  let known = true;
  const replays = {
    first: async (provider: string, key: string, content: string) => {
      if (!known) throw new Error('no bus');
      const id = `${provider} ${key}`;
      firsts.set(id, firsts.get(id) ?? content);
      return firsts.get(id) ?? '';
    },
  };
  const replay: WebhookParser['replay'] = (rawBody, { headers }) => ({
    key: String(headers['x-token']),
    content: Buffer.from(rawBody).toString(),
  });
  await start({ replay, answers: { forged: 406 } }, { replays });
  const token = { 'x-token': 'one' };
  const statuses = [];
  statuses.push((await surface.post('/webhooks/play', facts, token)).status);
  statuses.push((await surface.post('/webhooks/play', facts, token)).status);
  const other = JSON.stringify([playFact({ fact: 'complained' })]);
  statuses.push((await surface.post('/webhooks/play', other, token)).status);
  statuses.push((await surface.post('/webhooks/play', other, { 'x-token': 'two' })).status);
  known = false;
  statuses.push((await surface.post('/webhooks/play', facts, token)).status);
  expect(statuses).toEqual([200, 200, 406, 200, 503]);
});
