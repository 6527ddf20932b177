import { createPrivateKey, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { OUTREACH_REQUESTED } from '@homing/contracts';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { HttpPoster } from './http.poster.js';
import type { LoadJob } from './load.job.js';
import { mixedWebhooks } from './mixed.webhooks.js';
import type { Fired } from './open.loop.js';
import { requestBody } from './request.body.js';

/** How request `n` of a job is made, ready to be fired; and how it all ends. */
export interface Weapon {
  fire(n: number): Promise<Fired>;
  close(): Promise<void>;
}

export function weaponFor(job: LoadJob, planned: number): Promise<Weapon> {
  switch (job.kind) {
    case 'bus':
      return busWeapon(job);
    case 'http':
      return httpWeapon(job);
    case 'webhook':
      return webhookWeapon(job, planned);
    case 'mixed webhooks':
      return mixedWebhooks(job, planned);
    case 'echo':
      return echoWeapon();
  }
}

type JobOf<K extends LoadJob['kind']> = Extract<LoadJob, { kind: K }>;

/** A careful publisher: holds JetStream's ack. */
async function busWeapon({ url, tenantId, run }: JobOf<'bus'>): Promise<Weapon> {
  const { host, username, password } = new URL(url);
  const user = decodeURIComponent(username);
  const login = { user, pass: decodeURIComponent(password), inboxPrefix: `_INBOX_${user}` };
  const connection = await connect({ servers: host, ...login });
  const js = jetstream(connection, { timeout: 30_000 });
  return {
    fire: async (n) => {
      const id = `${run}-${n}`;
      const data = { tenantId, ...requestBody(run, n) };
      const event = { specversion: '1.0', type: OUTREACH_REQUESTED, source: run, id, data };
      await js.publish(OUTREACH_REQUESTED, JSON.stringify(event), { msgID: id });
      return { id };
    },
    close: () => connection.drain(),
  };
}

async function httpWeapon({ url, key, run, respondAsync }: JobOf<'http'>): Promise<Weapon> {
  const poster = new HttpPoster(new URL('/api/v1/outreach/send', url));
  const headers = { authorization: `Bearer ${key}`, ...(respondAsync ? { prefer: 'respond-async' } : {}) };
  return {
    fire: async (n) => {
      const body = JSON.stringify({ requestId: `${run}-${n}`, ...requestBody(run, n) });
      const { status, text } = await poster.post(body, headers);
      if (status !== 202) return { failure: `http ${status}` };
      return { id: (JSON.parse(text) as { outreachId: string }).outreachId };
    },
    close: async () => poster.close(),
  };
}

/** Signed before the load begins: signing is the provider's work, not ours. */
async function webhookWeapon(job: JobOf<'webhook'>, planned: number): Promise<Weapon> {
  const key = createPrivateKey(job.privateKey);
  const seconds = Math.floor(Date.now() / 1_000);
  const posts = Array.from({ length: planned }, (_, n) => {
    const event = {
      op_delivery_id: job.deliveries[n % job.deliveries.length],
      op_attempt: '1',
      op_tenant_id: job.tenantId,
      email: 'robin@sandbox.test',
      timestamp: seconds,
      event: 'open',
      sg_event_id: `${job.run}-${n}`,
      sg_message_id: `${job.run}.recvd-0`,
      useragent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ip: '192.0.2.10',
      sg_machine_open: false,
    };
    const body = Buffer.from(`[${JSON.stringify(event)}]\r\n`);
    const signature = sign('sha256', Buffer.concat([Buffer.from(String(seconds)), body]), key).toString('base64');
    return { body, signature };
  });
  const poster = new HttpPoster(new URL('/webhooks/sendgrid', job.url));
  return {
    fire: async (n) => {
      const { body, signature } = posts[n] ?? { body: '', signature: '' };
      const { status } = await poster.post(body, {
        'x-twilio-email-event-webhook-signature': signature,
        'x-twilio-email-event-webhook-timestamp': String(seconds),
      });
      return status === 200 ? {} : { failure: `http ${status}` };
    },
    close: async () => poster.close(),
  };
}

async function echoWeapon(): Promise<Weapon> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const poster = new HttpPoster(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
  const body = JSON.stringify(requestBody('echo', 0));
  return {
    fire: async () => {
      const { status } = await poster.post(body, {});
      return status === 202 ? {} : { failure: `http ${status}` };
    },
    close: async () => {
      poster.close();
      server.close();
    },
  };
}
