import type { TenantQueries, TimelineRow } from '@homing/read-model';
import type { ApiBus } from '../api.parts.js';
import { WakeSignal } from './wake.signal.js';

export interface FeedParts {
  readonly queries: Pick<TenantQueries, 'feedAfter' | 'currentPosition'>;
  readonly bus: Pick<ApiBus, 'onPoke'>;
}

export interface FeedWish {
  readonly tenantId: string;
  /** Position of the last event seen; absent means from now on. */
  readonly after?: bigint | undefined;
  /** Ends the feed. */
  readonly signal: AbortSignal;
  readonly pollMs: number;
}

const batch = 100;

/**
 * Every event of a tenant after a position, in order, each once, in batches of at most 100; never ends by itself. The next
 * batch is read when the one before was taken, so a slow reader holds one batch in memory. Pokes only make it faster.
 */
export async function* tenantFeed(parts: FeedParts, wish: FeedWish): AsyncGenerator<readonly TimelineRow[]> {
  const { tenantId, signal, pollMs } = wish;
  const wake = new WakeSignal();
  const unhook = parts.bus.onPoke(() => wake.ring());
  try {
    let position = wish.after ?? (await parts.queries.currentPosition());
    while (!signal.aborted) {
      const rows = await parts.queries.feedAfter({ tenantId, afterPosition: position, limit: batch });
      const last = rows.at(-1);
      if (last) {
        yield rows;
        position = last.position;
      }
      if (rows.length < batch) await wake.next(pollMs, signal);
    }
  } finally {
    unhook();
  }
}
