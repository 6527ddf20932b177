import type { ProviderSignal } from '@homing/contracts';
import { Collector, fulfilled, type CollectorTimers } from '@homing/messaging';
import type { ParkedSignal, SignalPark, UnmatchedCause } from '@homing/vault/desk';
import type { RegistryReader } from '@homing/vault/registry';
import { signalsParked } from './match.metrics.js';

export interface ParkerParts {
  readonly park: Pick<SignalPark<ProviderSignal>, 'park'>;
  readonly registry: Pick<RegistryReader, 'findTenants'>;
  readonly now: () => number;
  /** How micro-batches wait for company; default this process's. */
  readonly timers?: CollectorTimers;
}

/** How long a signal that matches nothing is kept and tried: as long as the outcome of an attempt may be unknown. */
export const PARKED_FOR_MS = 72 * 3_600_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Keeps signals that match nothing, set-wise. Parking one again changes nothing. */
export class SignalParker {
  readonly #collector: Collector<{ readonly signal: ProviderSignal; readonly why: UnmatchedCause }, void>;

  constructor(private readonly parts: ParkerParts) {
    this.#collector = new Collector({
      name: 'park-signals',
      flush: async (batch) => {
        const known = await this.#tenantsOf(batch.map(({ signal }) => signal));
        const at = this.parts.now();
        const [now, expiresAt] = [new Date(at).toISOString(), new Date(at + PARKED_FOR_MS).toISOString()];
        await this.parts.park.park(
          batch.map(({ signal, why }) => parked(signal, why, known)),
          { now, expiresAt },
        );
        for (const { signal, why } of batch) signalsParked.inc({ provider: signal.provider, cause: why });
        return batch.map(() => fulfilled(undefined));
      },
      maxBatch: 256,
      lingerMs: 5,
      ...(parts.timers && { timers: parts.timers }),
    });
  }

  /** Resolves when it is kept. */
  park(signal: ProviderSignal, why: UnmatchedCause): Promise<void> {
    return this.#collector.add({ signal, why });
  }

  async #tenantsOf(signals: readonly ProviderSignal[]): Promise<ReadonlySet<string | undefined>> {
    const named = [...new Set(signals.flatMap(({ tenantId = '' }) => (UUID.test(tenantId) ? [tenantId] : [])))];
    return new Set((await this.parts.registry.findTenants(named)).map((tenant) => tenant?.id));
  }
}

function parked(
  signal: ProviderSignal,
  why: UnmatchedCause,
  tenants: ReadonlySet<string | undefined>,
): ParkedSignal<ProviderSignal> {
  const { provider, providerEventId, fact, channel, occurredAt, receivedAt } = signal;
  // What names another tenant's outreach is shown to neither.
  const owner = why !== 'other_tenant' && tenants.has(signal.tenantId) ? signal.tenantId : undefined;
  return {
    provider,
    providerEventId,
    fact,
    channel,
    occurredAt,
    receivedAt,
    tenantId: owner ?? null,
    providerMessageId: signal.providerMessageId ?? null,
    deliveryId: signal.deliveryId ?? null,
    cause: why,
    signal,
  };
}
