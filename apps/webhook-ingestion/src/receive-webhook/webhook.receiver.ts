import type { ParsedFact, ParseFault, WebhookCaller } from '@homing/channels';
import { signalMessage, type Heard } from '@homing/contracts';
import type { DeadLetter, Outgoing, PublishAck, Settled } from '@homing/messaging';
import { publishableInbound, type SealInbound } from './inbound.handover.js';
import { unreadableLetter } from './unreadable.letter.js';

/** One provider that may call, and the keys it signs with now. */
export type Caller = WebhookCaller;

export interface ReceiverParts {
  readonly callers: ReadonlyMap<string, Caller>;
  /** Resolves with one result per message; fulfilled means stored. */
  readonly publish: (messages: readonly Outgoing[]) => Promise<readonly Settled<PublishAck>[]>;
  /** Keeps what could not be read, sealed. Rejects when it is not kept. */
  readonly keep: (letter: DeadLetter) => Promise<unknown>;
  /** So that nobody on the bus reads what people wrote. */
  readonly sealInbound: SealInbound;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly crashPoint: (name: string) => void;
}

const SOURCE = 'homing/webhook-ingestion';

export interface Received {
  readonly provider: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly rawBody: Uint8Array;
}

export type Reception =
  | { readonly kind: 'unknown-provider' }
  | { readonly kind: 'forged'; readonly reason: string }
  | { readonly kind: 'stored'; readonly facts: readonly ParsedFact[]; readonly faults: readonly ParseFault[] }
  /** Some or all of it is not stored: the provider must come again. */
  | { readonly kind: 'not-stored'; readonly missing: number; readonly first: unknown };

/** What can be refused before the body is read; undefined when it must be. */
export function refuseHead(
  { callers, now }: Pick<ReceiverParts, 'callers' | 'now'>,
  { provider, headers }: Pick<Received, 'provider' | 'headers'>,
): Extract<Reception, { kind: 'unknown-provider' | 'forged' }> | undefined {
  const caller = callers.get(provider);
  if (!caller) return { kind: 'unknown-provider' };
  const verdict = caller.parser.verifyHead({ headers, now: now() });
  return verdict.kind === 'invalid' ? { kind: 'forged', reason: verdict.reason } : undefined;
}

/**
 * Verifies the bytes, makes every fact durable and keeps what could not be read, and only then says `stored`. What the facts mean is
 * decided elsewhere.
 */
export async function receiveWebhook(
  parts: ReceiverParts,
  { provider, headers, rawBody }: Received,
): Promise<Reception> {
  const caller = parts.callers.get(provider);
  if (!caller) return { kind: 'unknown-provider' };
  const now = parts.now();
  const verdict = caller.parser.verify({ headers, rawBody, keys: caller.keys, now });
  if (verdict.kind === 'invalid') return { kind: 'forged', reason: verdict.reason };
  const { facts, faults, inbound = [] } = caller.parser.parse(rawBody, { headers });
  const heard = { provider, channel: caller.parser.channel, receivedAt: new Date(now).toISOString() };
  const handover = { seal: parts.sealInbound, receivedAt: heard.receivedAt, source: SOURCE };
  const messages = [
    ...facts.map((fact) => signalMessage(fact, of(fact, heard), SOURCE)),
    ...(await Promise.all(inbound.map((item) => publishableInbound(item, handover)))),
  ];
  parts.crashPoint('ingestion.before-publish');
  const [results, kept] = await Promise.all([
    parts.publish(messages),
    Promise.allSettled(faults.length > 0 ? [parts.keep(unreadableLetter({ ...heard, rawBody }, faults))] : []),
  ]);
  parts.crashPoint('ingestion.after-publish');
  const missing = [...results, ...kept].filter((result) => result.status === 'rejected');
  if (missing.length === 0) return { kind: 'stored', facts, faults };
  return { kind: 'not-stored', missing: missing.length, first: missing[0]?.reason };
}

/** Where one webhook serves several channels, the fact says whose it is. */
const of = ({ provider, channel }: ParsedFact, heard: Heard): Heard => ({
  ...heard,
  ...(provider === undefined ? {} : { provider }),
  ...(channel === undefined ? {} : { channel }),
});
