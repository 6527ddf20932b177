// Personal data leaves no trace outside the vault: every personal field of every door carries a word that occurs nowhere else,
// the stack is stopped, and the raw bytes of its whole home are searched, and with them every span it exported and every metric
// it showed. Real: everything that is shipped.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LocalStack, until, type BusClient } from '@homing/testing/local-stack';
import { OtlpReceiver } from './otlp-receiver.fixture.js';
import { findInFiles, formsOf } from './raw-bytes.fixture.js';
import { signedWebhook } from './webhook.fixture.js';

/** Begins every canary of this run: one search finds them all, and what follows says which field it was. */
const mark = `cnry${randomBytes(8).toString('hex')}`;
let counter = 0;
const canary = (field: string): string => `${mark}${field}${counter++}`;
const addressOf = (persona: string): string => `${canary('addr')}+${persona}@${canary('domain')}.test`;

let receiver: OtlpReceiver;
let stack: LocalStack;
let bus: BusClient;
/** Ids of everything that was accepted. */
const accepted: string[] = [];

beforeAll(async () => {
  receiver = await OtlpReceiver.start();
  const settings = { LOG_LEVEL: 'debug', PROVIDER_TIMEOUT_MS: '500' };
  stack = await LocalStack.start({ environment: { ...settings, ...receiver.environment } });
  bus = await stack.bus();
}, 600_000);
afterAll(async () => {
  await stack.stop();
  await receiver.stop();
}, 900_000);

const template = () => ({
  templateId: 'email_intro',
  data: {
    business_name: canary('business'),
    demo_url: `https://${canary('url')}.test/`,
    first_name: canary('first'),
    [canary('datakey')]: { deep: [canary('deep')] },
  },
});
const literal = () => ({
  literal: {
    email: { subject: canary('subject'), text: canary('text'), html: `<p>${canary('html')}</p>` },
    sms: { text: canary('smstext') },
  },
});
/** A request with a canary in every personal field. */
const personal = (persona: string, over: Record<string, unknown> = {}) => ({
  requestId: canary('requestid'),
  recipient: {
    id: canary('recipient'),
    name: `${canary('given')} ${canary('family')}`,
    contacts: {
      email: [addressOf(persona), addressOf('second')],
      linkedin: canary('linkedin'),
      contactForm: `https://${canary('form')}.test/contact`,
    },
    timeZone: 'Europe/Berlin',
    locale: 'de',
  },
  subject: { type: 'lead', id: canary('lead') },
  sender: { email: `${canary('sender')}@sandbox.test`, name: canary('sendername') },
  replyTo: `${canary('replyto')}@sandbox.test`,
  metadata: { [canary('metakey')]: canary('meta'), list: [canary('metalist')] },
  content: literal(),
  ...over,
});
const personas = [
  'delivers',
  'opens',
  'clicks',
  'bounces',
  'softbounces',
  'drops',
  'defers',
  'complains',
  'unsubscribes',
];

async function overHttp(request: unknown, expected: number): Promise<void> {
  const { status, body } = await stack.api.send(request);
  expect({ status, expected, body: status === expected ? undefined : body }).toMatchObject({ status: expected });
  if (status === 202) accepted.push(String(body['outreachId']));
}

async function overBus(data: object): Promise<void> {
  const [id, source] = [canary('eventid'), canary('source')];
  const request = { ...data, tenantId: stack.tenantId, requestId: undefined };
  await bus.publish(
    'outreach.requested',
    { specversion: '1.0', type: 'outreach.requested', id, source, subject: canary('eventsubject'), data: request },
    canary('msgid'),
  );
  accepted.push(stack.outreachId(source, id));
}

/** What must not become a message: kept sealed, and the bytes are personal all the same. */
async function buried(message: unknown): Promise<void> {
  const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
  await bus.publish('outreach.requested', bytes);
}

const settled = (state: string): boolean => !['accepted', 'scheduled', 'sending', 'queued', 'sent'].includes(state);

it('no canary lies in the raw bytes of stores, bus or logs', async () => {
  for (const persona of personas) {
    await overHttp(personal(persona), 202);
    await overHttp(personal(persona, { content: template() }), 202);
    await overBus(personal(persona));
    await overBus(personal(persona, { content: template() }));
  }

  // Refused, repeated, changed; not renderable; rejected, dropped and slow at the provider.
  await overHttp(personal('x', { recipient: { id: canary('id'), contacts: { linkedin: canary('handle') } } }), 202);
  const same = personal('delivers');
  await overHttp(same, 202);
  await overHttp(same, 202);
  await overHttp({ ...personal('delivers'), requestId: same.requestId }, 409);
  await overHttp(personal('delivers', { content: { templateId: 'email_intro', data: { [canary('k')]: 1 } } }), 202);
  for (const errorRates of [{ '400': 1 }, { '401': 1 }, { '500': 1 }]) {
    await stack.behave({ errorRates });
    const before = accepted.length;
    await overHttp(personal('delivers', { expiresAt: new Date(Date.now() + 3_600_000).toISOString() }), 202);
    await until(
      async () => (await stack.api.outreach(accepted[before] ?? ''))?.timeline.some(isAnswered),
      'the answer',
      30_000,
    );
  }
  for (const fault of [{ dropAfterAccept: 1 }, { hangs: 1 }]) {
    await stack.behave(fault);
    const before = accepted.length;
    await overHttp(personal('silent'), 202);
    await until(
      async () => (await stack.api.outreach(accepted[before] ?? ''))?.state === 'outcome_unknown',
      'unknown',
      30_000,
    );
  }
  await stack.behave({ webhook: { duplicates: 2, reorder: true } });

  await badRequests();
  const letters = await badMessages();
  await strangeWebhooks();
  await operatorsWork(letters);

  /** Soft bounces, and the answer 401: they wait for another try. */
  const waiting = 5;
  await until(
    async () => {
      const states = await stack.api.states();
      return accepted.filter((id) => !settled(states.get(id) ?? 'sent')).length === waiting;
    },
    'everything to settle, those excepted that wait for another try',
    60_000,
  );
  const reader = await stack.bus('orchestrator');
  await until(async () => (await reader.backlog('signals')) === 0, 'every signal');
  const shown = await metricsShown();
  await stack.halt();
  const telemetry = join(stack.home, 'telemetry');
  mkdirSync(telemetry);
  for (const [service, text] of shown) writeFileSync(join(telemetry, `${service}.metrics`), text);
  writeFileSync(join(telemetry, 'spans.jsonl'), receiver.bodies.join('\n'));

  // The search finds what is there: the ledger, which is the provider's, and a file in which every form was planted.
  const ledger = readFileSync(join(stack.home, 'simulator', 'ledger.jsonl'), 'utf8');
  expect(ledger.split(`${mark}addr`).length).toBeGreaterThan(personas.length * 4);
  mkdirSync(join(stack.home, 'scratch'));
  const planted = [...formsOf(`${mark}planted`)].map(([, bytes]) => Buffer.concat([Buffer.from([0, 255]), bytes]));
  writeFileSync(join(stack.home, 'scratch', 'planted'), Buffer.concat(planted));
  const forms = findInFiles(join(stack.home, 'scratch'), mark).map(({ form }) => form);
  expect(new Set(forms)).toEqual(new Set(formsOf(mark).keys()));

  // It sees into both servers' data; the bus's is there and encrypted.
  const seenIn = findInFiles(stack.home, accepted[0] ?? '', ['simulator']).map(({ file }) => file.split('/')[0]);
  expect([...new Set(seenIn)].filter((folder) => folder !== 'logs').sort()).toEqual([
    'events',
    'postgres',
    'telemetry',
  ]);
  // What is searched in vain holds what was asked for, refused and sent.
  expect(shown.get('api')).toContain('http_route="/api/v1/outreach/send",http_response_status_code="422"');
  expect(shown.get('channel-gateway')).toMatch(/homing_provider_call_seconds_count\{[^}]*outcome="rejected"/);
  const blocks = readdirSync(join(stack.home, 'nats'), { recursive: true }).filter((name) =>
    String(name).endsWith('.blk'),
  );
  expect(blocks.length).toBeGreaterThan(0);

  expect(findInFiles(stack.home, mark, ['simulator', 'scratch'])).toEqual([]);
  expect(stack.launcher.output()).not.toContain(mark);
}, 900_000);

/** What every service that serves metrics says of all this, by service. */
async function metricsShown(): Promise<Map<string, string>> {
  const shown = new Map<string, string>();
  for (const [service, { url }] of Object.entries(stack.services())) {
    const answer = await fetch(`${url}/metrics`).catch(() => undefined);
    const text = (await answer?.text()) ?? '';
    if (answer?.status === 200) shown.set(service, text);
  }
  const all = ['api', 'channel-gateway', 'orchestrator', 'projector', 'scheduler', 'webhook-ingestion'];
  expect([...shown.keys()].sort()).toEqual(all);
  return shown;
}

const isAnswered = ({ transition }: { transition: string }) => ['rejected', 'outcome_unknown'].includes(transition);

/** What the API refuses: as problem details, and without a word of it in a log. */
async function badRequests(): Promise<void> {
  await overHttp({ ...personal('x'), [canary('unknownfield')]: canary('unknownvalue') }, 422);
  await overHttp({ ...personal('x'), recipient: { ...personal('x').recipient, [canary('inner')]: 1 } }, 422);
  await overHttp(personal('x', { campaignId: canary('campaign') }), 422);
  await overHttp(personal('x', { content: { templateId: canary('template'), data: {} } }), 422);
  await overHttp(personal('x', { urgency: canary('urgency'), strategy: [canary('strategy')] }), 422);
  await overHttp(personal('x', { recipient: { id: 'r', contacts: { email: canary('noaddress') } } }), 422);
  await overHttp(personal('x', { expiresAt: canary('expires') }), 422);
  await overHttp(personal('x', { tenantId: canary('tenant') }), 403);
  await overHttp([canary('list')], 422);
  const { api } = stack;
  const raw = async (text: string, status: number) =>
    expect((await api.send(undefined, { raw: text })).status).toBe(status);
  await raw(`{"recipient": {"name": ${canary('malformed')}`, 400);
  await raw(`{"__proto__": {"a": "${canary('proto')}"}}`, 400);
  await raw(JSON.stringify({ metadata: canary('large').repeat(20_000) }), 413);
  expect((await api.send(personal('x'), { idempotencyKey: `${canary('key')}\u00e4` })).status).toBe(422);
  for (const path of ['outreach?recipientId=', 'outreach?state=', 'outreach?cursor=', 'outreach?', 'outreach/', '']) {
    expect((await api.get(`/${path}${canary('path')}`)).status).toBeLessThan(500);
  }
  const strange = {
    authorization: `Bearer ${canary('bearer')}`,
    'user-agent': canary('agent'),
    cookie: canary('cookie'),
    traceparent: canary('traceparent'),
    tracestate: `a=${canary('tracestate')}`,
    baggage: `a=${canary('baggage')}`,
  };
  expect((await fetch(`${api.url}/api/v1/outreach?q=${canary('query')}`, { headers: strange })).status).toBe(401);
}

/** What the bus brings and nobody can handle. Returns how many dead letters that makes. */
async function badMessages(): Promise<number> {
  const event = { specversion: '1.0', type: 'outreach.requested', source: canary('source') };
  const data = { ...personal('x'), tenantId: stack.tenantId };
  const messages: unknown[] = [
    `{"recipient": ${canary('malformed')}`,
    `["${canary('list')}"]`,
    { ...event, id: 7, data: canary('wrongid') },
    { ...event, id: canary('id'), datacontenttype: canary('media'), data },
    { ...event, id: canary('id'), time: canary('time'), data },
    { ...event, id: canary('id'), dataref: canary('ref') },
    { ...event, id: canary('id'), dataref: `vault:outreach/${randomUUID()}`, subject: canary('subject') },
    { ...event, id: canary('id'), data: { ...data, urgency: canary('urgency') } },
    { ...event, id: canary('id'), data: { ...data, campaignId: canary('campaign') } },
    { ...event, id: canary('id'), data: { ...data, content: { templateId: canary('template') } } },
    { ...event, id: canary('id'), data: { ...data, tenantId: canary('tenant') } },
    { ...event, id: canary('id'), data: { ...data, recipient: { [canary('field')]: canary('value') } } },
    { ...event, id: canary('id'), data: { ...data, recipient: { id: 'r', contacts: { email: canary('noaddress') } } } },
    { ...data, requestId: { [canary('requestid')]: 1 } },
  ];
  for (const message of messages) await buried(message);
  // Unknown attributes and fields are ignored with a warning, which must not repeat them.
  const attribute = { [canary('attribute')]: canary('value'), traceparent: canary('traceparent') };
  await buried({ ...event, ...attribute, id: canary('id'), data: { ...data, [canary('field')]: canary('value') } });
  accepted.push(stack.outreachId(event.source, data.requestId));
  return messages.length;
}

/** Dead letters are read, mended and given up: what is said of them, and into them, stays as secret as what they hold. */
async function operatorsWork(letters: number): Promise<void> {
  const { api, tenantId } = stack;
  const ids = async (): Promise<string[]> => {
    const lists = await Promise.all(
      ['tenant', 'installation'].map((owner) =>
        api.get<{ items: { id: string }[] }>(`/dead-letters?owner=${owner}&state=open&limit=500`),
      ),
    );
    return lists.flatMap(({ body }) => body.items.map(({ id }) => id));
  };
  const open = await until(
    async () => {
      const found = await ids();
      return found.length >= letters && found;
    },
    'every dead letter to be filed',
    30_000,
  );
  for (const id of open) expect((await api.get(`/dead-letters/${id}/content`)).status).toBe(200);
  const replay = (id: string, body: object, headers: Record<string, string> = {}) =>
    api.call(`/api/v1/dead-letters/${id}/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const { requestId: _own, ...mended } = personal('delivers');
  const statuses: number[] = [];
  for (const id of open) {
    expect((await replay(id, { data: { ...mended, urgency: canary('urgency') } })).status).toBeGreaterThan(399);
    expect((await replay(id, { [canary('field')]: canary('value') })).status).toBe(422);
    const headers = { 'idempotency-key': canary('key') };
    const { status, body } = await replay(id, { data: { ...mended, tenantId } }, headers);
    statuses.push(status);
    const { outreachId } = (body['resolution'] ?? {}) as { outreachId?: string };
    if (outreachId !== undefined) accepted.push(outreachId);
    expect((await api.call(`/api/v1/dead-letters/${id}?reason=${canary('reason')}`, { method: 'DELETE' })).status).toBe(
      422,
    );
  }
  // Most of them name one request id, under which another content was accepted meanwhile.
  expect(new Set(statuses)).toEqual(new Set([202, 409]));
}

/** What a provider says about a person, in fields we know and in others. */
async function strangeWebhooks(): Promise<void> {
  const told = (deliveryId: string, event: string) => ({
    event,
    email: addressOf('told'),
    timestamp: Math.floor(Date.now() / 1_000),
    sg_event_id: randomUUID(),
    op_delivery_id: deliveryId,
    op_attempt: '1',
    op_tenant_id: stack.tenantId,
    ip: canary('ip'),
    useragent: canary('useragent'),
    url: `https://${canary('clicked')}.test/?who=${canary('who')}`,
    reason: `550 5.1.1 <${canary('reason')}@x.test> unknown`,
    response: `250 ok ${canary('response')}`,
    category: [canary('category')],
    [canary('field')]: canary('value'),
  });
  const known = `${accepted[0]}.1`;
  const events = ['open', 'click', 'bounce', 'deferred', 'delivered', 'dropped'].map((event) => told(known, event));
  const post = (body: string) => signedWebhook(stack, body);
  expect((await post(JSON.stringify(events))).status).toBe(200);
  expect((await post(JSON.stringify([told(canary('nodelivery'), 'open')]))).status).toBe(200);
  expect((await post(JSON.stringify([told(`${randomUUID()}.1`, 'open')]))).status).toBe(200);
  expect((await post(`{"${canary('malformed')}`)).status).toBeLessThan(500);
  const url = `${stack.env['WEBHOOK_URL']}/webhooks/sendgrid?${canary('query')}`;
  expect((await fetch(url, { method: 'POST', body: canary('unsigned') })).status).toBe(401);
  expect((await fetch(`${stack.env['WEBHOOK_URL']}/webhooks/${canary('provider')}`, { method: 'POST' })).status).toBe(
    404,
  );
}
