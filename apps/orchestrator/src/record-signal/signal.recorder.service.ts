import {
  isChannel,
  parseDeliveryId,
  PROVIDER_FACT_KINDS,
  type CloudEvent,
  type ProviderSignal,
} from '@homing/contracts';
import {
  Collector,
  PoisonError,
  rejected,
  RetryLaterError,
  type CollectorTimers,
  type Settled,
} from '@homing/messaging';
import type { MessageMatcher } from '../match-signals/message.matcher.js';
import type { SignalParker } from '../match-signals/signal.parker.js';
import { recordBatch, type RecordParts } from './record.batch.js';
import { noteForeign, noteRecorded } from './signal.metrics.js';
import { UnmatchedSignalError } from './unmatched.error.js';

interface Brought {
  readonly signal: ProviderSignal;
  readonly traceparent: string | undefined;
}

/** Where signals go that match nothing yet: looked for by the provider's id of the message, then kept. */
export interface Unmatched {
  readonly matcher: Pick<MessageMatcher, 'find' | 'hasPassed' | 'awaitProjection' | 'forget'>;
  readonly parker: Pick<SignalParker, 'park'>;
}

export interface RecorderParts extends RecordParts, Unmatched {
  /** How micro-batches wait for company; default this process's. */
  readonly timers?: CollectorTimers;
  /** Told of each signal that names nothing of ours; it is acknowledged. */
  readonly onForeign?: (provider: string) => void;
}

/** Wait for the projection between two looks, in milliseconds. */
const lookAgainMs = 300;

/**
 * Records signals in micro-batches. A signal is acknowledged only when its fact stands in its outreach's stream, or when it is parked:
 * what matches nothing is tried until the projection has passed its arrival, and from then on against each newly recorded id.
 */
export class SignalRecorder {
  readonly #collector: Collector<Brought, void>;

  constructor(private readonly parts: RecorderParts) {
    this.#collector = new Collector({
      name: 'record-signal',
      flush: (batch) => this.#flush(batch),
      maxBatch: 256,
      lingerMs: 5,
      maxConcurrent: 2,
      ...(parts.timers && { timers: parts.timers }),
    });
  }

  /** @throws RetryLaterError while the projection has not come to where the signal arrived */
  async record(event: CloudEvent<ProviderSignal>): Promise<void> {
    const { data } = event;
    if (!isSignal(data)) throw new PoisonError('not_a_provider_signal');
    // Other mail of the same provider account: nothing of ours, and nothing to keep.
    if (isForeign(data)) {
      noteForeign(data);
      return this.parts.onForeign?.(data.provider);
    }
    const { matcher, parker } = this.parts;
    const final = data.deliveryId !== undefined || (await matcher.hasPassed(data));
    try {
      await this.#collector.add({ signal: data, traceparent: event.traceparent });
    } catch (error) {
      if (!(error instanceof UnmatchedSignalError)) throw error;
      if (!final) throw new RetryLaterError(lookAgainMs);
      await parker.park(data, error.why);
    }
    matcher.forget(data);
  }

  /** What echoes our id is recorded as it is; the rest is looked up first, all of it in one go. */
  async #flush(batch: readonly Brought[]): Promise<Settled<void>[]> {
    const { matcher } = this.parts;
    const unnamed = batch.filter(({ signal }) => signal.deliveryId === undefined);
    const found = unnamed.length === 0 ? [] : await matcher.find(unnamed.map(({ signal }) => signal));
    const named = new Map(unnamed.map((brought, i) => [brought, found[i]]));
    const matched = batch.flatMap((brought) => {
      const signal = named.has(brought) ? named.get(brought) : brought.signal;
      return signal ? [{ brought, signal, traceparent: brought.traceparent }] : [];
    });
    const missing = unnamed.filter((brought) => named.get(brought) === undefined);
    if (missing.length > 0) await matcher.awaitProjection(missing.map(({ signal }) => signal));
    const recorded = await recordBatch(
      this.parts,
      matched.map(({ signal }) => signal),
      matched.map(({ traceparent }) => traceparent),
    );
    const results = new Map(matched.map(({ brought }, i) => [brought, recorded[i]]));
    const settled = batch.map(
      (brought) => results.get(brought) ?? rejected(new UnmatchedSignalError('unknown_message')),
    );
    noteRecorded(
      batch.map(({ signal }) => signal),
      settled,
    );
    return settled;
  }
}

/** Bears an id that is none of ours, or nothing at all by which it could ever be found. */
const isForeign = ({ deliveryId, providerMessageId }: ProviderSignal): boolean =>
  deliveryId === undefined ? providerMessageId === undefined : parseDeliveryId(deliveryId) === undefined;

const texts = ['provider', 'channel', 'occurredAt', 'providerEventId', 'payloadDigest'] as const;

/** Ingestion made it; this guards against a foreign or older publisher. */
function isSignal(data: unknown): data is ProviderSignal {
  if (typeof data !== 'object' || data === null) return false;
  const signal = data as Record<string, unknown>;
  if (!PROVIDER_FACT_KINDS.includes(signal['fact'] as never) || !isChannel(signal['channel'])) return false;
  if (signal['subtype'] !== undefined && signal['subtype'] !== 'hard' && signal['subtype'] !== 'soft') return false;
  const words = ['code', 'unknownEvent'].every((name) => signal[name] === undefined || isWord(signal[name]));
  return (
    words &&
    texts.every((name) => isShortText(signal[name])) &&
    Number.isFinite(Date.parse(String(signal['occurredAt'])))
  );
}

/** Codes are words of our own lists: nothing that could hold a sentence or an address gets into an event. */
const isWord = (value: unknown): boolean => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value);
const isShortText = (value: unknown): boolean => typeof value === 'string' && value.length <= 512;
