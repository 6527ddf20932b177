import { holdsSeveral, parseDeliveryId, type CloudEvent, type ProviderSignal } from '@homing/contracts';
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
import { isSignal } from './signal.check.js';
import { hearEach, type HandOn } from './several.facts.js';
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
  /** For facts of several that cannot be recorded now. */
  readonly publisher: HandOn;
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

  /**
   * One message of the bus: a fact, or several of one webhook.
   * @param subject where it stood
   * @throws PoisonError, RetryLaterError, what a store throws: then none of it counts as heard
   */
  hear(event: CloudEvent, subject: string): Promise<void> {
    if (!holdsSeveral(event)) return this.record(event);
    const record = (data: unknown): Promise<void> => this.record({ ...event, data });
    return hearEach({ record, publisher: this.parts.publisher }, event, subject);
  }

  /** @throws RetryLaterError while the projection has not come to where the signal arrived */
  async record(event: CloudEvent): Promise<void> {
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
