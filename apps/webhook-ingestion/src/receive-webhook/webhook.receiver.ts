import { createHash } from 'node:crypto';
import { readWebhook, type ParsedFact, type ParsedWebhook, type ParseFault } from '@homing/channels';
import { signalMessage, signalMessages, type Heard } from '@homing/contracts';
import type { DeadLetter, Outgoing, PublishAck, Settled } from '@homing/messaging';
import { type AccountCaller, type CalledPlace, type Callers, findCaller } from './caller.search.js';
import { publishableInbound, type SealInbound } from './inbound.handover.js';
import { isReplayed, type ReplayStore } from './replay.check.js';
import { ofTenant } from './tenant.border.js';
import { unreadableLetter } from './unreadable.letter.js';

export interface ReceiverParts extends Callers {
  /** Resolves with one result per message; fulfilled means stored. */
  readonly publish: (messages: readonly Outgoing[]) => Promise<readonly Settled<PublishAck>[]>;
  /** Keeps what could not be read, sealed. Rejects when it is not kept. */
  readonly keep: (letter: DeadLetter) => Promise<unknown>;
  /** So that nobody on the bus reads what people wrote. */
  readonly sealInbound: SealInbound;
  /** Of signed reply addresses. Default: none. */
  readonly replyKeys?: readonly string[];
  /** For signatures that do not cover the body. Absent: nothing is remembered. */
  readonly replays?: ReplayStore;
  /** Hears what came of each webhook. */
  readonly heard?: (place: CalledPlace, reception: Reception) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly crashPoint: (name: string) => void;
}

const SOURCE = 'homing/webhook-ingestion';

export interface Received extends CalledPlace {
  /** The public address that was called, query included; absent where none is configured. */
  readonly url?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly rawBody: Uint8Array;
}

export type Reception =
  | { readonly kind: 'unknown-provider' }
  | { readonly kind: 'forged'; readonly reason: string }
  | {
      readonly kind: 'stored';
      readonly facts: readonly ParsedFact[];
      readonly faults: readonly ParseFault[];
      /** How many things people did were handed on. */
      readonly inbound: number;
    }
  /** Some or all of it is not stored: the provider must come again. `missing` counts messages of the bus. */
  | { readonly kind: 'not-stored'; readonly missing: number; readonly first: unknown };

const unready = (): Reception => ({ kind: 'not-stored', missing: 0, first: new Error('keys are not known yet') });

/** What can be refused before the body is read; undefined when it must be. */
export function refuseHead(
  parts: Callers & Pick<ReceiverParts, 'now'>,
  { headers, ...place }: CalledPlace & Pick<Received, 'headers'>,
): Exclude<Reception, { kind: 'stored' }> | undefined {
  const now = parts.now();
  const found = findCaller(parts, place, now);
  if (found.kind === 'unready') return unready() as Extract<Reception, { kind: 'not-stored' }>;
  if (found.kind !== 'caller') return found;
  const verdict = found.caller.parser.verifyHead({ headers, now });
  return verdict.kind === 'invalid' ? { kind: 'forged', reason: verdict.reason } : undefined;
}

/**
 * Verifies the bytes, makes every fact durable, hands on what people wrote, keeps what could not be read, and only then says `stored`.
 * What the facts mean is decided elsewhere.
 */
export async function receiveWebhook(parts: ReceiverParts, received: Received): Promise<Reception> {
  const now = parts.now();
  const found = findCaller(parts, received, now);
  if (found.kind === 'unready') return unready();
  if (found.kind !== 'caller') return found;
  const { caller } = found;
  const { headers, rawBody, url } = received;
  const head = { headers, ...(url === undefined ? {} : { url }) };
  const verdict = caller.parser.verify({ ...head, rawBody, keys: caller.keys, now });
  if (verdict.kind === 'invalid') return { kind: 'forged', reason: verdict.reason };
  const replayed = await isReplayed(parts.replays, caller.parser, { ...head, rawBody }).catch(notKnown);
  if (replayed === true) return { kind: 'forged', reason: 'replayed' };
  if (replayed !== false) return replayed;
  const parsed = ofTenant(await readWebhook(caller.parser, rawBody, head), caller.tenantId);
  return store(parts, caller, { ...received, parsed, receivedAt: new Date(now).toISOString() });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const notKnown = (first: unknown): Reception => ({ kind: 'not-stored', missing: 0, first });

interface ToStore extends Received {
  readonly parsed: ParsedWebhook;
  readonly receivedAt: string;
}

async function store(parts: ReceiverParts, caller: AccountCaller, webhook: ToStore): Promise<Reception> {
  const { provider, rawBody, receivedAt, parsed } = webhook;
  const { facts, faults, inbound = [] } = parsed;
  const heard = { provider, channel: caller.parser.channel, receivedAt };
  const { tenantId } = caller;
  const owner = tenantId === undefined ? {} : { tenantId };
  const handover = { seal: parts.sealInbound, receivedAt, source: SOURCE, replyKeys: parts.replyKeys ?? [], ...owner };
  const messages = [
    ...signalMessages(
      facts.map((fact) => signalMessage(fact, of(fact, heard), SOURCE)),
      sha256,
    ),
    ...(await Promise.all(inbound.map((item) => publishableInbound(item, handover)))),
  ];
  parts.crashPoint('ingestion.before-publish');
  const [results, kept] = await Promise.all([
    parts.publish(messages),
    Promise.allSettled(faults.length > 0 ? [parts.keep(unreadableLetter({ ...heard, rawBody }, faults))] : []),
  ]);
  parts.crashPoint('ingestion.after-publish');
  const missing = [...results, ...kept].filter((result) => result.status === 'rejected');
  if (missing.length === 0) return { kind: 'stored', facts, faults, inbound: inbound.length };
  return { kind: 'not-stored', missing: missing.length, first: missing[0]?.reason };
}

/** Where one webhook serves several channels, the fact says whose it is. */
const of = ({ provider, channel }: ParsedFact, heard: Heard): Heard => ({
  ...heard,
  ...(provider === undefined ? {} : { provider }),
  ...(channel === undefined ? {} : { channel }),
});
