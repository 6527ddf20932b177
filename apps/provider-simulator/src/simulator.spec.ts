import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { behave, ledgerOf, Listener, pkcs8Of, sendgridAt, signingKeys, temporaryHome } from './simulator.fixture.js';
import { startSimulator, type RunningSimulator } from './simulator.js';

const keys = signingKeys();

describe('the simulator plays SendGrid to the real SDK', () => {
  let simulator: RunningSimulator;
  let listener: Listener;
  let sendgrid: ReturnType<typeof sendgridAt>;
  let place: ReturnType<typeof temporaryHome>;
  const start = () =>
    startSimulator({
      home: place.home,
      seed: 'test',
      webhookUrl: listener.url,
      secrets: { SENDGRID_API_KEY: 'SG.simulated', SIMULATOR_SENDGRID_PRIVATE_KEY: pkcs8Of(keys.privateKey) },
      retryMs: [10],
    });
  const meet = () => {
    sendgrid?.close();
    sendgrid = sendgridAt(simulator.url);
  };

  beforeEach(async () => {
    place = temporaryHome();
    listener = await Listener.start(keys.publicKey);
    simulator = await start();
    meet();
  });
  afterEach(async () => {
    sendgrid.close();
    await simulator.stop();
    await listener.close();
    place.remove();
  });

  it.each(['//', '///x', '//[', '/%zz', '*', 'http://[', 'http://other/_nowhere'])(
    'answers 404 to %s and lives on',
    async (path) => {
      const status = await new Promise((resolve, reject) => {
        const { port } = new URL(simulator.url);
        const asking = request({ port, host: '127.0.0.1', path, method: 'GET' }, (answer) => {
          resolve(answer.resume().statusCode);
        });
        asking.once('error', reject).end();
      });
      expect(status).toBe(404);
      expect((await fetch(`${simulator.url}/health/live`)).status).toBe(200);
    },
  );

  it('writes an accepted message to the ledger, on disk and over HTTP', async () => {
    const result = await sendgrid.send('r1@sandbox.test');
    const [line] = await ledgerOf(simulator.url);
    expect(line).toEqual({
      n: 1,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      provider: 'sendgrid',
      channel: 'email',
      to: 'r1@sandbox.test',
      deliveryId: 'r1-sandbox.test.1',
      attempt: 1,
      idempotencyKey: null,
      messageId: result.kind === 'accepted' ? result.providerMessageId : '',
      args: { op_delivery_id: 'r1-sandbox.test.1', op_attempt: '1', op_tenant_id: 't1' },
    });
    const onDisk = readFileSync(join(place.home, 'simulator', 'ledger.jsonl'), 'utf8');
    expect(JSON.parse(onDisk)).toEqual(line);
    await sendgrid.send('r2@sandbox.test');
    expect((await ledgerOf(simulator.url, 1)).map(({ n }) => n)).toEqual([2]);
    const bare = await fetch(`${simulator.url}/_ledger`, { headers: { accept: 'application/x-ndjson' } });
    expect((await bare.text()).trim().split('\n')).toHaveLength(2);
  });

  it('accepts nothing in the sandbox, under another key or with a fault', async () => {
    expect(await sendgrid.send('r1@sandbox.test', { sandbox: true })).toMatchObject({ kind: 'accepted' });
    const stranger = sendgridAt(simulator.url, 'SG.stolen');
    expect(await stranger.send('r1@sandbox.test')).toMatchObject({ kind: 'rejected', class: 'auth' });
    stranger.close();
    expect(await sendgrid.send('nobody')).toMatchObject({ class: 'permanent', code: 'recipient_refused' });
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it.each([
    [{ errorRates: { '503': 1 } }, { class: 'retryable', code: 'http_503' }],
    [{ errorRates: { '401': 1 } }, { class: 'auth' }],
    [{ errorRates: { '413': 1 } }, { class: 'permanent', code: 'http_413' }],
    [{ errorRates: { '500': 1 } }, { kind: 'unknown' }],
    [{ dropBeforeAccept: 1 }, { kind: 'unknown' }],
    [
      { throttle: { rate: 1, style: 'retry-after', retryAfterSeconds: 30 } },
      { class: 'throttled', retryAfterSeconds: 30 },
    ],
    [{ throttle: { rate: 1, style: 'none' } }, { class: 'throttled' }],
  ])('says no as ordered, and accepts nothing: %j', async (behaviour, expected) => {
    expect((await behave(simulator.url, behaviour)).status).toBe(200);
    expect(await sendgrid.send('r1@sandbox.test')).toMatchObject(expected);
    expect(await ledgerOf(simulator.url)).toEqual([]);
  });

  it('says what it took when asked, also what it never answered for', async () => {
    const sent = await sendgrid.send('r1@sandbox.test');
    const taken = { kind: 'accepted', providerMessageId: sent.kind === 'accepted' ? sent.providerMessageId : '' };
    await behave(simulator.url, { dropAfterAccept: 1 });
    expect(await sendgrid.send('r2@sandbox.test')).toMatchObject({ kind: 'unknown' });
    await behave(simulator.url, { dropBeforeAccept: 1 });
    expect(await sendgrid.send('r3@sandbox.test')).toMatchObject({ kind: 'unknown' });
    expect(await sendgrid.lookUp('r1@sandbox.test')).toEqual(taken);
    expect(await sendgrid.lookUp('r2@sandbox.test')).toMatchObject({ kind: 'accepted' });
    expect(await sendgrid.lookUp('r3@sandbox.test')).toEqual({ kind: 'not_found' });
    expect(await sendgrid.lookUp('r1@sandbox.test', 2)).toEqual({ kind: 'not_found' });
  });

  it('shows it late, seldom, or not at all, as ordered', async () => {
    await sendgrid.send('r1@sandbox.test');
    await behave(simulator.url, { activity: { delayMs: 86_400_000 } });
    expect(await sendgrid.lookUp('r1@sandbox.test')).toEqual({ kind: 'not_found' });
    await behave(simulator.url, { activity: { allowed: false } });
    expect(await sendgrid.lookUp('r1@sandbox.test')).toEqual({ kind: 'unsupported', code: 'http_403' });
    await behave(simulator.url, {
      activity: { perMinute: 1 },
      throttle: { style: 'retry-after', retryAfterSeconds: 7 },
    });
    const answers = [await sendgrid.lookUp('r1@sandbox.test'), await sendgrid.lookUp('r1@sandbox.test')];
    // The minute may change between two of them: then it is the third that is too many.
    answers.push(await sendgrid.lookUp('r1@sandbox.test'));
    expect(answers[0]).toMatchObject({ kind: 'accepted' });
    expect(answers).toContainEqual({ kind: 'unavailable', code: 'http_429', retryAfterSeconds: 7 });
  });

  it.each(['to_email="a@b.test"', "(unique_args['op_attempt']=1)", ''])(
    'does not understand the query %s',
    async (query) => {
      const asked = await fetch(`${simulator.url}/v3/messages?${new URLSearchParams({ query })}`, {
        headers: { authorization: 'Bearer SG.simulated' },
      });
      expect(asked.status).toBe(400);
    },
  );

  it('tells when a throttle ends, as a date and as a reset instant', async () => {
    for (const style of ['retry-after-date', 'x-ratelimit-reset', 'x-rate-limit-reset']) {
      await behave(simulator.url, { throttle: { rate: 1, style, retryAfterSeconds: 30 } });
      const result = await sendgrid.send('r1@sandbox.test');
      const wait = result.kind === 'rejected' ? (result.retryAfterSeconds ?? 0) : 0;
      // Counted from the answer's own date, which Node renews once a second where it is not too busy.
      expect(wait).toBeGreaterThanOrEqual(25);
      expect(wait).toBeLessThanOrEqual(60);
    }
  });

  it('accepts and then drops the connection: unknown to the caller, in the ledger, settled by webhook', async () => {
    await behave(simulator.url, { dropAfterAccept: 1 });
    expect(await sendgrid.send('r1@sandbox.test')).toMatchObject({ kind: 'unknown' });
    expect(await ledgerOf(simulator.url)).toHaveLength(1);
    await listener.until(() => listener.factsOf('r1-sandbox.test.1').includes('delivered'));
  });

  it('lets webhooks come before the answer', async () => {
    await behave(simulator.url, { hangsAfterAccept: 1 });
    const stop = new AbortController();
    void sendgrid.send('r1@sandbox.test').finally(() => stop.abort());
    await listener.until(() => listener.facts.length > 0);
    expect(stop.signal.aborted).toBe(false);
  });

  it('refuses orders it does not understand', async () => {
    const answer = await behave(simulator.url, { dropAfterAccept: 2 });
    expect([answer.status, await answer.json()]).toEqual([400, { faults: ['sendgrid.dropAfterAccept: out of range'] }]);
    expect((await fetch(`${simulator.url}/_ledger`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${simulator.url}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${simulator.url}/health/ready`)).status).toBe(200);
  });

  it('tells each persona’s story in signed webhooks the product verifies', async () => {
    const stories = {
      'r1+opens+clicks@sandbox.test': ['sent', 'delivered', 'opened', 'clicked'],
      'r2+bounces@sandbox.test': ['sent', 'bounced'],
      'r3+drops@sandbox.test': ['dropped'],
      'r4+defers@sandbox.test': ['sent', 'deferred', 'deferred', 'delivered'],
      'r5+unsubscribes@sandbox.test': ['sent', 'delivered', 'opened', 'unsubscribed'],
      'r6+complains@sandbox.test': ['sent', 'delivered', 'complained'],
      'r7+machineopens@sandbox.test': ['sent', 'delivered', 'opened'],
      'r8+asyncbounces@sandbox.test': ['sent', 'delivered', 'bounced'],
      'r9+silent@sandbox.test': [],
    };
    const messageIds = new Map<string, string>();
    for (const to of Object.keys(stories)) {
      const result = await sendgrid.send(to);
      messageIds.set(to, result.kind === 'accepted' ? result.providerMessageId : '');
    }
    const id = (to: string) => `${to}.1`.replace(/[^\w.]/g, '-');
    await listener.until(() => Object.entries(stories).every(([to, s]) => listener.factsOf(id(to)).length >= s.length));
    for (const [to, story] of Object.entries(stories))
      expect([to, listener.factsOf(id(to)).toSorted()]).toEqual([to, story.toSorted()]);
    expect(listener.posts.every(({ verdict }) => verdict === 'valid')).toBe(true);
    expect(listener.posts.every(({ body }) => body.endsWith(']\r\n'))).toBe(true);
    const of = (to: string) => listener.facts.filter((fact) => fact.deliveryId === id(to));
    expect(of('r7+machineopens@sandbox.test').find(({ fact }) => fact === 'opened')?.machine).toBe(true);
    expect(of('r8+asyncbounces@sandbox.test').find(({ fact }) => fact === 'bounced')).not.toHaveProperty(
      'providerMessageId',
    );
    for (const fact of of('r1+opens+clicks@sandbox.test')) {
      expect(fact).toMatchObject({
        providerMessageId: messageIds.get('r1+opens+clicks@sandbox.test'),
        attempt: 1,
        tenantId: 't1',
      });
    }
  });

  it('hands on what the person answers as Inbound Parse does, and to what', async () => {
    const result = await sendgrid.send('r1+replies@sandbox.test');
    const inbound = () => listener.posts.flatMap((post) => post.inbound);
    await listener.until(() => inbound().length > 0 && listener.facts.length >= 3);
    expect(inbound()).toHaveLength(1);
    expect(inbound()[0]).toMatchObject({
      from: 'r1+replies@sandbox.test',
      to: 'replies@sandbox.test',
      text: 'Yes, please.',
      inReplyTo: result.kind === 'accepted' ? result.providerMessageId : '',
      authentic: true,
    });
    expect(listener.posts.every(({ verdict }) => verdict === 'valid')).toBe(true);
  });

  it('repeats events under one id as often as ordered, and signs nothing when told so', async () => {
    await behave(simulator.url, { webhook: { duplicates: 46, unsigned: true, reorder: true } });
    await sendgrid.send('r1@sandbox.test');
    await listener.until(() => listener.facts.length >= 94);
    expect(new Set(listener.facts.map(({ providerEventId }) => providerEventId)).size).toBe(2);
    expect(listener.posts.every(({ verdict }) => verdict === 'invalid')).toBe(true);
  });

  it('gathers events that come together into one post', async () => {
    await behave(simulator.url, { webhook: { gatherMs: 1_500 } });
    await Promise.all(['r1@sandbox.test', 'r2@sandbox.test'].map((to) => sendgrid.send(to)));
    await listener.until(() => listener.facts.length >= 4);
    expect(listener.posts).toHaveLength(1);
    // Elements apart as SendGrid writes them.
    expect(listener.posts[0]?.body.split(',\r\n{')).toHaveLength(4);
  });

  it('posts the same bytes again until they are taken', async () => {
    listener.status = 503;
    await sendgrid.send('r1@sandbox.test');
    await listener.until(() => listener.posts.length >= 6);
    const refused = new Set(listener.posts.map(({ body }) => body));
    listener.status = 202;
    const before = listener.posts.length;
    await listener.until(() => listener.posts.slice(before).flatMap(({ facts }) => facts).length >= 2);
    expect(refused.size).toBeLessThanOrEqual(2);
    expect(new Set(listener.facts.map(({ providerEventId }) => providerEventId)).size).toBe(2);
  });

  it('holds events back while paused, and goes on counting and telling after a restart', async () => {
    await behave(simulator.url, { webhook: { paused: true } });
    await sendgrid.send('r1@sandbox.test');
    await sendgrid.send('r2+opens@sandbox.test');
    await simulator.stop();
    expect(listener.posts).toEqual([]);
    simulator = await start();
    meet();
    await listener.until(() => listener.facts.length >= 5);
    expect(listener.factsOf('r2-opens-sandbox.test.1').toSorted()).toEqual(['delivered', 'opened', 'sent']);
    const ids = listener.facts.map(({ providerEventId }) => providerEventId);
    await sendgrid.send('r3@sandbox.test');
    expect((await ledgerOf(simulator.url)).map(({ n }) => n)).toEqual([1, 2, 3]);
    await listener.until(() => listener.factsOf('r3-sandbox.test.1').length === 2);
    await simulator.stop();
    simulator = await start();
    meet();
    await sendgrid.send('r4@sandbox.test');
    await listener.until(() => listener.factsOf('r4-sandbox.test.1').length === 2);
    expect(listener.facts).toHaveLength(ids.length + 4); // what was told is not told again
  });
});
