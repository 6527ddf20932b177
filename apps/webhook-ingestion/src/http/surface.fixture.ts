// The surface over TCP with no bus behind it: what is published is kept in a list.
import type { ParsedFact, WebhookParser, WebhookRequest } from '@homing/channels';
import type { DeadLetter, Outgoing } from '@homing/messaging';
import { createLogger, readEnv, startService, type RunningService } from '@homing/service-kit';
import { Module } from '@nestjs/common';
import {
  LOGGER,
  RECEIVER_PARTS,
  WebhookController,
  type WebhookSurface,
} from '../receive-webhook/webhook.controller.js';
import { BODY_LIMIT, configureHttp } from './http.surface.js';

@Module({})
class TestModule {}

/** A provider that signs by naming its key, and posts its facts as JSON: what is tested is what surrounds a parser. */
export function playParser(changes: Partial<WebhookParser> = {}): WebhookParser & { readonly seen: WebhookRequest[] } {
  const seen: WebhookRequest[] = [];
  return {
    provider: 'play',
    channel: 'sms',
    seen,
    verifyHead: () => ({ kind: 'valid' }),
    verify: (request) => {
      seen.push(request);
      return request.keys.includes(String(request.headers['x-play-key']))
        ? { kind: 'valid' }
        : { kind: 'invalid', reason: 'signature_mismatch' };
    },
    parse: (rawBody) => {
      const facts = readFacts(rawBody);
      return facts ? { facts, faults: [] } : { facts: [], faults: [{ index: -1, code: 'unreadable', raw: 'x' }] };
    },
    ...changes,
  };
}

function readFacts(rawBody: Uint8Array): ParsedFact[] | undefined {
  try {
    return JSON.parse(Buffer.from(rawBody).toString('utf8')) as ParsedFact[];
  } catch {
    return undefined;
  }
}

export const playFact = (changes: Partial<ParsedFact> = {}): ParsedFact => ({
  fact: 'delivered',
  occurredAt: '2026-01-01T00:00:00.000Z',
  providerEventId: 'e1',
  payloadDigest: 'f'.repeat(64),
  ...changes,
});

export interface TestSurface {
  readonly url: string;
  readonly published: Outgoing[];
  readonly letters: DeadLetter[];
  /** Whether the bus takes anything. */
  stores: boolean;
  post(path: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

export async function startSurface(
  given: Pick<WebhookSurface, 'callers'> & Partial<WebhookSurface>,
): Promise<TestSurface> {
  const published: Outgoing[] = [];
  const letters: DeadLetter[] = [];
  const logger = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const parts: WebhookSurface = {
    publish: async (messages) => {
      if (!surface.stores) return messages.map(() => ({ status: 'rejected', reason: new Error('no ack') }));
      published.push(...messages);
      return messages.map(() => ({ status: 'fulfilled', value: { stream: 'SIGNALS', seq: 1, duplicate: false } }));
    },
    keep: async (letter) => void letters.push(letter),
    sealInbound: async () => 'sealed',
    now: Date.now,
    crashPoint: () => {},
    ...given,
  };
  const service: RunningService = await startService({
    name: 'test',
    env: readEnv({}),
    http: { port: 0, bodyLimit: BODY_LIMIT },
    logger,
    module: {
      module: TestModule,
      controllers: [WebhookController],
      providers: [
        { provide: RECEIVER_PARTS, useValue: parts },
        { provide: LOGGER, useValue: logger },
      ],
    },
    configure: (app) => configureHttp(app, { maxConcurrent: 8, maxBytes: 64 * 1024 * 1024, parts, logger }),
  });
  const surface: TestSurface = {
    url: service.url,
    published,
    letters,
    stores: true,
    post: (path, body, headers = {}) =>
      fetch(`${service.url}${path}`, {
        method: 'POST',
        body: typeof body === 'string' ? body : new Uint8Array(body),
        headers: { 'content-type': 'application/json', 'x-play-key': 'k1', ...headers },
      }),
    stop: () => service.stop(),
  };
  return surface;
}
