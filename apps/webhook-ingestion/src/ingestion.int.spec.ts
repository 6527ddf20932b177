// Real: Nest and Fastify over TCP, a nats-server that is stopped and started, signatures made by the simulator.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { RunningService } from '@homing/service-kit';
import { BODY_LIMIT } from './http/http.surface.js';
import * as given from './ingestion.fixture.js';
import { createLetterOpener } from '@homing/vault/desk';
import { deadLetterKeys, delivered, otherKeys, post, signedBytes, signedPost } from './ingestion.fixture.js';

describe('webhook ingestion', () => {
  let bus: given.TestBus;
  let ingestion: RunningService;
  const to = (what: given.Post, path?: string) => post(ingestion.url, what, path);
  /** What the stream gained through `act`. */
  const gained = async (act: () => Promise<unknown>) => {
    const before = await bus.count();
    await act();
    return (await bus.signals()).slice(before);
  };

  beforeAll(async () => {
    bus = await given.TestBus.start();
    const keysInForce = `${otherKeys.publicKey},${given.keys.publicKey}`;
    ingestion = await given.startIngestion(bus.url, { SENDGRID_WEBHOOK_PUBLIC_KEY: keysInForce });
    await given.until(() => given.isReady(ingestion.url), 'ingestion is ready');
  });
  afterAll(async () => {
    await ingestion.stop();
    await bus.close();
  });

  it('stores every fact of a signed webhook before it says 200', async () => {
    const event = delivered();
    const signals = await gained(async () => {
      const answer = await to(signedPost([event, delivered({ event: 'open', sg_machine_open: true })]));
      expect([answer.status, await answer.json()]).toEqual([200, { stored: 2, faulty: 0 }]);
    });
    expect(signals[0]).toEqual({
      specversion: '1.0',
      id: `sendgrid:${event.sg_event_id}`,
      source: 'homing/webhook-ingestion',
      type: 'provider.signal.sendgrid',
      time: new Date(event.timestamp * 1000).toISOString(),
      subject: event.op_delivery_id,
      tenantid: 't1',
      datacontenttype: 'application/json',
      data: {
        fact: 'delivered',
        provider: 'sendgrid',
        channel: 'email',
        occurredAt: new Date(event.timestamp * 1000).toISOString(),
        receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        providerEventId: event.sg_event_id,
        providerMessageId: 'm1',
        deliveryId: event.op_delivery_id,
        attempt: 1,
        tenantId: 't1',
        payloadDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(signals[1]?.data).toMatchObject({ fact: 'opened', machine: true });
    expect(JSON.stringify(signals)).not.toContain('reader.test');
  });

  it('stores a repeated webhook once, also within one POST', async () => {
    const event = delivered();
    const signals = await gained(async () => {
      const answers = await Promise.all(Array.from({ length: 46 }, () => to(signedPost([event, event]))));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
    });
    expect(signals).toHaveLength(1);
  });

  it('stores the same event id of two tenants twice', async () => {
    const event = delivered();
    const posted = signedPost([event, { ...event, op_tenant_id: 't2' }, { ...event, op_tenant_id: undefined }]);
    expect(await gained(() => to(posted))).toHaveLength(3);
  });

  it('accepts both keys while one is being replaced', async () => {
    expect(await gained(() => to(signedPost([delivered()], otherKeys)))).toHaveLength(1);
  });

  it('refuses what is forged and stores nothing of it', async () => {
    const valid = signedPost([delivered()]);
    const stranger = signedPost([delivered()], given.signingKeys());
    const forged: given.Post[] = [
      { ...valid, headers: { 'content-type': 'application/json' } },
      { ...valid, body: Buffer.from(valid.body.toString().replace('delivered', 'delivereD')) },
      { ...valid, body: Buffer.from(JSON.stringify(JSON.parse(valid.body.toString()) as unknown)) },
      { ...valid, body: Buffer.from('{ not json') },
      { ...valid, body: Buffer.alloc(0) },
      stranger,
    ];
    const signals = await gained(async () => {
      for (const each of forged) {
        const answer = await to(each);
        expect(answer.status).toBe(401);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect(await answer.json()).toMatchObject({ type: 'urn:homing:problem:bad_signature', status: 401 });
      }
    });
    expect(signals).toEqual([]);
  });

  it('lets good elements of a signed array pass beside bad ones', async () => {
    const signals = await gained(async () => {
      const answer = await to(
        signedPost([delivered(), { event: 'delivered' }, [], delivered({ event: 'teleported' })]),
      );
      expect([answer.status, await answer.json()]).toEqual([200, { stored: 2, faulty: 2 }]);
    });
    expect(signals.map(({ data }) => data?.unknownEvent ?? data?.fact)).toEqual(['delivered', 'teleported']);
  });

  it('keeps what it cannot read, sealed, once, before it answers', async () => {
    const before = (await bus.letters()).length;
    const broken = { event: 'delivered', email: 'ada@example.test' };
    for (let times = 0; times < 3; times += 1) {
      const answer = await to(signedPost([delivered(), broken]));
      expect(await answer.json()).toEqual({ stored: 1, faulty: 1 });
    }
    const [letter, ...more] = (await bus.letters()).slice(before);
    if (!letter) throw new Error('nothing was kept');
    expect(more).toEqual([]);
    expect(letter.header('Homing-Reason')).toBe('unreadable_webhook');
    expect(letter.header('Homing-Faults')).toBe('[{"path":"[1]","code":"timestamp_unreadable"}]');
    expect(Buffer.from(letter.data).includes('ada@')).toBe(false);
    const opener = createLetterOpener(deadLetterKeys);
    const opened = await opener.open(letter.data, { messageId: letter.header('Nats-Msg-Id'), sealedTenant: null });
    expect(JSON.parse(Buffer.from(opened.bytes).toString())).toEqual([broken]);
  });

  it('takes the bytes whatever their type is called, and what is signed but no array once', async () => {
    const posted = signedPost([delivered()]);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream']) {
      expect((await to({ ...posted, headers: { ...posted.headers, 'content-type': type } })).status).toBe(200);
    }
    const answer = await to(signedBytes(Buffer.from('{"a":1}')));
    expect([answer.status, await answer.json()]).toEqual([200, { stored: 0, faulty: 1 }]);
  });

  it('takes a full POST of SendGrid and refuses one beyond the limit', async () => {
    const full: object[] = [];
    for (let size = 0; size < 768 * 1024; size += 512) full.push(delivered({ filler: 'x'.repeat(200) }));
    const posted = signedPost(full);
    expect(posted.body.length).toBeGreaterThan(600 * 1024);
    expect(await gained(() => to(posted))).toHaveLength(full.length);
    const answer = await to(signedBytes(Buffer.alloc(BODY_LIMIT + 1, ' ')));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ type: 'urn:homing:problem:body_too_large' });
  });

  it('answers other paths and methods with problems', async () => {
    const elsewhere = await to(signedPost([delivered()]), '/webhooks/nobody');
    const got = await fetch(`${ingestion.url}/webhooks/sendgrid`);
    for (const answer of [elsewhere, got]) {
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
    expect(elsewhere.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('says 503 and when to come again while the bus is down, and stores the same webhook once it is back', async () => {
    const posted = signedPost([delivered(), delivered()]);
    const before = await bus.count();
    await bus.stop();
    await given.until(async () => !(await given.isReady(ingestion.url)), 'ingestion is not ready');
    const refused = await to(posted);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ type: 'urn:homing:problem:unavailable' });
    await bus.again();
    await given.until(() => given.isReady(ingestion.url), 'ingestion is ready again');
    expect((await to(posted)).status).toBe(200);
    expect(await bus.count()).toBe(before + 2);
  });

  it('gives a webhook ten seconds to arrive', () => {
    expect((ingestion.app.getHttpServer() as Server).requestTimeout).toBe(10_000);
  });

  it('makes no stream; it says 503 until somebody else has made them', async () => {
    const empty = await given.TestBus.startEmpty();
    const early = await given.startIngestion(empty.url, { WEBHOOK_MAX_CONCURRENT: '1' });
    try {
      const posted = signedPost([delivered()]);
      expect((await given.post(early.url, posted)).status).toBe(503);
      expect(await empty.streams()).toEqual([]);
      await empty.makeStreams();
      expect((await given.post(early.url, posted)).status).toBe(200);
      expect(await empty.count()).toBe(1);
    } finally {
      await early.stop();
      await empty.close();
    }
  });
});
