// kill -9 of ingestion while each provider's webhook is on its way in. Real: the shipped process, nats-server, each provider's own signed
// webhook over TCP. Played: the provider, who comes again as long as nobody said 2xx, and once more after that.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readWebhook, type ParsedWebhook } from '@homing/channels';
import { freePort } from '@homing/embedded-stores';
import { deadLetterKeys, TestBus } from '../apps/webhook-ingestion/src/ingestion.fixture.js';
import { specimensAt, type Specimen } from '../libs/channels/src/webhook.specimens.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const POINTS = ['ingestion.before-publish', 'ingestion.after-publish', 'ingestion.after-ack'];
const main = fileURLToPath(new URL('../apps/webhook-ingestion/dist/main.js', import.meta.url));
const freshlySigned = (): readonly Specimen[] =>
  specimensAt(Math.floor(Date.now() / 1_000)).filter(({ of }) => of === undefined);
const words = freshlySigned().map(({ word }) => word);
const keysOf = (word: string): string =>
  freshlySigned()
    .find((each) => each.word === word)
    ?.valid.keys.join() ?? '';

let home: string;
let bus: TestBus;
/** Nobody kills this one. */
let lasting: Ingestion;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'homing-webhook-kills-'));
  bus = await TestBus.start();
  lasting = await start();
});
afterAll(async () => {
  await lasting.end('SIGTERM');
  await bus.close();
  rmSync(home, { recursive: true, force: true });
});

const environment = () => ({
  NATS_URL: bus.url,
  DEAD_LETTER_SEAL_KEY: deadLetterKeys.sealKey,
  PUBLIC_WEBHOOK_URL: 'https://hooks.sender.test',
  SENDGRID_WEBHOOK_PUBLIC_KEY: keysOf('sendgrid'),
  MAILGUN_WEBHOOK_SIGNING_KEY: keysOf('mailgun'),
  BREVO_WEBHOOK_TOKEN: keysOf('brevo'),
  MANDRILL_WEBHOOK_URL: 'https://hooks.sender.test/webhooks/mailchimp',
  MANDRILL_WEBHOOK_KEYS: keysOf('mailchimp'),
  TWILIO_WEBHOOK_AUTH_TOKEN: keysOf('twilio'),
  TEXTBEE_WEBHOOK_SECRET: keysOf('textbee'),
  META_APP_SECRET: keysOf('meta'),
  META_VERIFY_TOKEN: 'a-word-for-tests',
  X_CONSUMER_SECRET: keysOf('x'),
  LINKEDIN_CLIENT_SECRET: keysOf('linkedin'),
  SMTP_WEBHOOK_KEYS: keysOf('smtp'),
  GENERIC_WEBHOOK_SECRET: keysOf('email-status'),
});

interface Ingestion {
  readonly url: string;
  /** How it ends: by `signal`, or by itself; when it has not within the time, by us. */
  end(signal?: NodeJS.Signals): Promise<{ readonly code: unknown; readonly signal: unknown }>;
}

/** The shipped process. */
async function start(crashes: Readonly<Record<string, string>> = {}): Promise<Ingestion> {
  const port = await freePort();
  const own = { PATH: process.env['PATH'] ?? '', NODE_ENV: 'test', PORT: String(port) };
  const env = { ...environment(), ...own, ...crashes };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const end = async (by?: NodeJS.Signals) => {
    if (by) child.kill(by);
    const patience = setTimeout(() => child.kill('SIGTERM'), 10_000);
    const [code, signal] = (await ended) as unknown[];
    clearTimeout(patience);
    return { code, signal };
  };
  const ready = async (): Promise<void> => {
    for await (const line of createInterface({ input: child.stdout }))
      if ((JSON.parse(line) as { msg?: string }).msg === 'listening') return child.stdout.resume() && undefined;
    throw new Error('ingestion ended before it listened');
  };
  await ready();
  return { url: `http://127.0.0.1:${port}`, end };
}

/** As the provider posts it, to whoever stands behind its public address; 0 where nobody said anything. */
async function post(url: string, { word, valid }: Specimen): Promise<number> {
  const { pathname, search } = new URL(valid.url ?? `https://hooks.sender.test/webhooks/${word}`);
  const init = {
    method: 'POST',
    headers: valid.headers as Record<string, string>,
    body: new Uint8Array(valid.rawBody),
    signal: AbortSignal.timeout(30_000),
  };
  return fetch(`${url}${pathname}${search}`, init).then(
    async (answer) => (await answer.arrayBuffer(), answer.status),
    () => 0,
  );
}

/** What a webhook tells and what people wrote in it, each as it is known on the bus. */
const toldBy = ({ facts, inbound = [] }: ParsedWebhook): string[] =>
  [
    ...facts.map(({ providerEventId, fact }) => `${fact} ${providerEventId}`),
    ...inbound.map(({ providerEventId, kind }) => `${kind} ${digestOf(providerEventId)}`),
  ].toSorted();
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Everything on the bus that is of this webhook, as often as it is there. */
async function counted(parsed: ParsedWebhook): Promise<string[]> {
  const told = new Set(toldBy(parsed));
  const stored = (await bus.count()) === 0 ? [] : await bus.signals();
  const named = stored.map(({ data = {} }) => {
    const { fact, providerEventId, kind, eventDigest } = data as Readonly<Record<string, unknown>>;
    return eventDigest === undefined ? `${fact} ${providerEventId}` : `${kind} ${eventDigest}`;
  });
  return named.filter((each) => told.has(each)).toSorted();
}

interface Seen {
  readonly at: string;
  /** Its answer; 0: none. */
  readonly status: number;
  /** What stood on the bus then. */
  readonly told: readonly string[];
}

/** Posts it to a process that kills itself at that point. */
async function killedAt(point: string, specimen: Specimen, parsed: ParsedWebhook): Promise<Seen> {
  const directory = mkdtempSync(join(home, 'crashes-'));
  const { url, end } = await start({ HOMING_CRASH_POINTS: point, HOMING_CRASH_DIR: directory });
  const status = await post(url, specimen);
  // The kill has landed: by its own hand, at this very instruction.
  expect({ status, ...(await end()) }).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(existsSync(join(directory, point))).toBe(true);
  return { at: point, status, told: await counted(parsed) };
}

describe('ingestion killed while a webhook comes in', () => {
  it.each(words)(
    '%s: what was acknowledged stands, and is counted once however often it is told',
    async (word) => {
      const specimen = freshlySigned().find((each) => each.word === word) as Specimen;
      const { rawBody, headers, url } = specimen.valid;
      const parsed = await readWebhook(specimen.parser, rawBody, { headers, ...(url === undefined ? {} : { url }) });
      const told = toldBy(parsed);
      expect(told).not.toEqual([]);
      // Each point has its share of the providers in quick size, and all of them in full size.
      const points = full ? POINTS : [POINTS[words.indexOf(word) % POINTS.length] ?? ''];
      for (const point of points) {
        const stored = point === POINTS[0] ? [] : told;
        const status = point === POINTS[2] ? 200 : 0;
        expect(await killedAt(point, specimen, parsed)).toEqual({ at: point, status, told: stored });
      }
      for (const _ of ['retried', 'repeated']) {
        expect(await post(lasting.url, specimen)).toBe(200);
        expect(await counted(parsed)).toEqual(told);
      }
    },
    300_000,
  );
});
