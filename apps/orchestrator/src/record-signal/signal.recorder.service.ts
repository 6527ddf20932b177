import {
  isChannel,
  parseDeliveryId,
  PROVIDER_FACT_KINDS,
  type CloudEvent,
  type ProviderSignal,
} from '@homing/contracts';
import { Collector, PoisonError, type CollectorTimers } from '@homing/messaging';
import { recordBatch, type RecordParts } from './record.batch.js';
import { noteForeign, noteRecorded } from './signal.metrics.js';

interface Brought {
  readonly signal: ProviderSignal;
  readonly traceparent: string | undefined;
}

/** Records signals in micro-batches. A signal is acknowledged only when its fact stands in its outreach's stream. */
export class SignalRecorder {
  readonly #collector: Collector<Brought, void>;

  constructor(
    /** `timers`: how micro-batches wait for company; default this process's. */
    parts: RecordParts & { readonly timers?: CollectorTimers },
    /** Told of each signal that names nothing of ours; it is acknowledged. */
    private readonly onForeign: (provider: string) => void = () => undefined,
  ) {
    this.#collector = new Collector({
      name: 'record-signal',
      flush: async (batch) => {
        const signals = batch.map(({ signal }) => signal);
        const traceparents = batch.map(({ traceparent }) => traceparent);
        const results = await recordBatch(parts, signals, traceparents);
        noteRecorded(signals, results);
        return results;
      },
      maxBatch: 256,
      lingerMs: 5,
      maxConcurrent: 2,
      ...(parts.timers && { timers: parts.timers }),
    });
  }

  async record(event: CloudEvent<ProviderSignal>): Promise<void> {
    const { data } = event;
    if (!isSignal(data)) throw new PoisonError('not_a_provider_signal');
    // Other mail of the same provider account: nothing of ours, and nothing to keep.
    if (data.deliveryId === undefined || parseDeliveryId(data.deliveryId) === undefined) {
      noteForeign(data);
      return this.onForeign(data.provider);
    }
    return this.#collector.add({ signal: data, traceparent: event.traceparent });
  }
}

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
