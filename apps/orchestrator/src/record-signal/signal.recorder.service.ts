import { PROVIDER_FACT_KINDS, type CloudEvent, type ProviderSignal } from '@homing/contracts';
import { Collector, PoisonError } from '@homing/messaging';
import { recordBatch, type RecordParts } from './record.batch.js';

/** Records signals in micro-batches. A signal is acknowledged only when its fact stands in its outreach's stream. */
export class SignalRecorder {
  readonly #collector: Collector<ProviderSignal, void>;

  constructor(parts: RecordParts) {
    this.#collector = new Collector({
      flush: (batch) => recordBatch(parts, batch),
      maxBatch: 256,
      lingerMs: 5,
      maxConcurrent: 2,
    });
  }

  async record(event: CloudEvent<ProviderSignal>): Promise<void> {
    const { data } = event;
    if (!isSignal(data)) throw new PoisonError('not_a_provider_signal');
    return this.#collector.add(data);
  }
}

const texts = ['provider', 'channel', 'occurredAt', 'providerEventId', 'payloadDigest'] as const;

/** Ingestion made it; this guards against a foreign or older publisher. */
function isSignal(data: unknown): data is ProviderSignal {
  if (typeof data !== 'object' || data === null) return false;
  const signal = data as Record<string, unknown>;
  return (
    texts.every((name) => typeof signal[name] === 'string') && PROVIDER_FACT_KINDS.includes(signal['fact'] as never)
  );
}
