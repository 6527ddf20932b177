import { createHash, timingSafeEqual } from 'node:crypto';
import { verifyHmac, verifyHmacHead } from '../hmac-header.signature.js';
import { isRecord, list, type Json } from '../json.reading.js';
import { readEntry } from '../messenger/messaging.reading.js';
import { bodyObject, fault, TellingCollector, type Telling } from '../webhook.element.js';
import type { ChallengeAnswer, ChallengeRequest, ParsedWebhook, WebhookParser } from '../webhook.parser.js';
import { readChange } from '../whatsapp-cloud/whatsapp.reading.js';

export interface MetaWebhookConfig {
  /**
   * The words Meta must know when the installation's own address is registered; several while one is being replaced. None: no
   * registration. An account of a tenant's has words of its own.
   */
  readonly verifyTokens?: readonly string[];
}

export const META_SIGNATURE = { name: 'x-hub-signature-256', encoding: 'hex' } as const;

/**
 * Hears WhatsApp, Messenger and Instagram, which share one address, one signature and the apps' secrets as keys. Nothing signed says
 * when, so a replay is a repeat: it takes effect once, by its event ids.
 */
export function createMetaWebhook({ verifyTokens = [] }: MetaWebhookConfig = {}): WebhookParser {
  return {
    provider: 'meta',
    channel: 'whatsapp',
    verifyHead: (head) => verifyHmacHead(META_SIGNATURE, head),
    verify: (request) => verifyHmac(META_SIGNATURE, request),
    parse,
    challenge: (request) => subscribe(request, request.words ?? verifyTokens),
    answers: { forged: 401, notStored: 503 },
  };
}

function parse(rawBody: Uint8Array): ParsedWebhook {
  const read = bodyObject(rawBody);
  if (read.kind === 'fault') return { facts: [], faults: [read.fault] };
  const collector = new TellingCollector();
  const { object } = read.body;
  for (const entry of list(read.body['entry']))
    for (const [element, tellings] of tellingsOf(object, entry)) collector.add(element, tellings);
  if (!Array.isArray(read.body['entry'])) collector.add(read.body, [fault('entry_missing')]);
  return collector.told;
}

/** Each entry by itself: one that cannot be read never spoils its neighbours. */
function* tellingsOf(object: unknown, entry: unknown): Iterable<readonly [unknown, readonly Telling[]]> {
  if (!isRecord(entry)) return yield [entry, [fault('not_an_object')]];
  switch (object) {
    case 'whatsapp_business_account':
      return yield* whatsapp(entry);
    case 'page':
      return yield* readEntry(entry, { provider: 'messenger', channel: 'facebook' });
    case 'instagram':
      return yield* readEntry(entry, { provider: 'instagram', channel: 'instagram' });
    default:
      yield [entry, [fault('object_unknown')]];
  }
}

function* whatsapp(entry: Json): Iterable<readonly [unknown, readonly Telling[]]> {
  for (const change of list(entry['changes'])) yield* readChange(change, entry['time']);
}

/** The challenge is said back, as it came, to whoever knows the word. */
function subscribe({ query }: ChallengeRequest, verifyTokens: readonly string[]): ChallengeAnswer {
  const token = query['hub.verify_token'] ?? '';
  const challenge = query['hub.challenge'] ?? '';
  if (query['hub.mode'] !== 'subscribe') return { kind: 'refused', reason: 'mode_unknown' };
  if (!verifyTokens.some((expected) => isSame(expected, token))) return { kind: 'refused', reason: 'token_mismatch' };
  if (!/^[\w.-]{1,256}$/.test(challenge)) return { kind: 'refused', reason: 'challenge_malformed' };
  return { kind: 'answer', contentType: 'text/plain', body: challenge };
}

const isSame = (expected: string, given: string): boolean =>
  expected !== '' && timingSafeEqual(sha256(expected), sha256(given));

const sha256 = (text: string) => createHash('sha256').update(text).digest();
