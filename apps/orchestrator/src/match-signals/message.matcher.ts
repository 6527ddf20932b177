import type { ProviderSignal } from '@homing/contracts';
import type { EventStore } from '@homing/event-store';
import type { AttemptRow, SystemQueries } from '@homing/read-model';

export interface MatcherParts {
  readonly queries: Pick<SystemQueries, 'attemptsByProviderMessage' | 'currentPosition'>;
  readonly store: Pick<EventStore, 'headPosition'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A signal with what it is about; undefined: nothing that is projected bears its message's id. */
export type MatchedSignal = ProviderSignal & { readonly deliveryId: string };

/** What waits for the projection: named, and when it arrived. */
export type Arrived = Pick<ProviderSignal, 'provider' | 'providerEventId' | 'fact' | 'receivedAt'>;

/** Whether everything that was stored before something arrived is projected. */
export type Standing =
  | { readonly kind: 'passed' }
  | { readonly kind: 'behind' }
  /** Not yet, though it was waited for long enough. `position`: how far the projection has to come. */
  | { readonly kind: 'overdue'; readonly position: bigint };

/** Longest wait for the projection, from a signal's arrival on: then it is parked, so that a standing projector holds up no signals. */
const longestWaitMs = 30_000;
/** Signals waited for at one time, by their targets; more than these are parked at once. */
const mostAwaited = 10_000;

/**
 * Finds what a signal is about by the provider's id of the message, where the provider did not echo ours. The ids stand in the
 * projection, which may be behind: what is not there yet is looked for once more when everything from before its arrival is.
 */
export class MessageMatcher {
  readonly #targets = new Map<string, bigint>();
  /** As far as is known; it only grows. */
  #projected = -1n;

  constructor(private readonly parts: MatcherParts) {}

  /** In the order given. The tenant is the attempt's; a signal that names another matches nothing. */
  async find(signals: readonly ProviderSignal[]): Promise<(MatchedSignal | undefined)[]> {
    const ids = signals.flatMap(({ provider, providerMessageId }) =>
      providerMessageId === undefined ? [] : [{ provider, providerMessageId }],
    );
    const rows = ids.length === 0 ? [] : await this.parts.queries.attemptsByProviderMessage(ids);
    const attempts = new Map(rows.map((row) => [keyOf(row.provider, row.providerMessageId ?? ''), row]));
    return signals.map((signal) => {
      const attempt = attempts.get(keyOf(signal.provider, signal.providerMessageId ?? ''));
      return attempt && isOf(attempt, signal) ? { ...signal, ...placeOf(attempt) } : undefined;
    });
  }

  /** To be asked before looking: from then on not finding it means that it is not there. */
  async hasPassed(signal: Arrived): Promise<boolean> {
    if (this.parts.now() - Date.parse(signal.receivedAt) > longestWaitMs) return true;
    const target = this.#targets.get(nameOf(signal));
    if (target === undefined) return false;
    if (this.#projected < target) this.#projected = await this.parts.queries.currentPosition();
    return this.#projected >= target;
  }

  /** To be asked before looking; never takes a wait that was long enough for a projection that has come up. */
  async standingOf(arrived: Arrived): Promise<Standing> {
    await this.awaitProjection([arrived]);
    const position = this.#targets.get(nameOf(arrived)) ?? (await this.parts.store.headPosition());
    if (this.#projected < position) this.#projected = await this.parts.queries.currentPosition();
    if (this.#projected >= position) return { kind: 'passed' };
    const isLate = this.parts.now() - Date.parse(arrived.receivedAt) > longestWaitMs;
    return isLate ? { kind: 'overdue', position } : { kind: 'behind' };
  }

  /** Remembers how far the projection has to come for each of them: to where the store is now. */
  async awaitProjection(signals: readonly Arrived[]): Promise<void> {
    const fresh = signals.filter((signal) => !this.#targets.has(nameOf(signal)));
    if (fresh.length === 0) return;
    const head = await this.parts.store.headPosition();
    for (const signal of fresh) this.#targets.set(nameOf(signal), head);
    for (const name of this.#targets.keys()) {
      if (this.#targets.size <= mostAwaited) break;
      this.#targets.delete(name);
    }
  }

  forget(signal: Arrived): void {
    this.#targets.delete(nameOf(signal));
  }
}

const keyOf = (provider: string, messageId: string): string => `${provider} ${messageId}`;
const nameOf = ({ provider, providerEventId, fact }: Arrived): string => `${provider} ${fact} ${providerEventId}`;
const isOf = (attempt: AttemptRow, { tenantId }: ProviderSignal): boolean =>
  tenantId === undefined || tenantId === attempt.tenantId;
const placeOf = ({ deliveryId, attempt, tenantId }: AttemptRow) => ({ deliveryId, attempt, tenantId });
