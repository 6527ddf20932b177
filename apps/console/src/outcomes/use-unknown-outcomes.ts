import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { UnknownOutcome } from '../api/api.types.js';
import { RefreshQueue } from '../list/refresh.queue.js';
import { useLive, useSession } from '../live/live.context.js';

export interface UnknownOutcomesView {
  readonly items: readonly UnknownOutcome[];
  readonly status: 'loading' | 'ready';
  readonly more: boolean;
  /** What went wrong last; cleared by the next success. */
  readonly error?: string;
  loadMore(): void;
  refresh(): void;
}

/** The list, longest open first, read anew whenever something happened. */
export function useUnknownOutcomes(): UnknownOutcomesView {
  const { client } = useSession();
  const [items, setItems] = useState<readonly UnknownOutcome[]>([]);
  const [status, setStatus] = useState<'loading' | 'ready'>('loading');
  const [more, setMore] = useState(false);
  const [error, setError] = useState<string>();
  const pages = useRef(1);
  const gone = useRef(new AbortController());

  const read = useCallback(async (): Promise<boolean> => {
    const { signal } = gone.current;
    try {
      const found: UnknownOutcome[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < pages.current && (page === 0 || cursor !== undefined); page += 1) {
        const { items: read, nextCursor } = await client.unknownOutcomes(cursor, signal);
        found.push(...read);
        cursor = nextCursor;
      }
      setItems(found);
      setMore(cursor !== undefined);
      setStatus('ready');
      setError(undefined);
      return true;
    } catch (thrown) {
      if (!signal.aborted) setError(thrown instanceof Error ? thrown.message : 'Something went wrong.');
      return false;
    }
  }, [client]);

  const queue = useMemo(() => new RefreshQueue(read), [read]);
  useEffect(() => {
    gone.current = new AbortController();
    queue.start();
    queue.now();
    return () => {
      gone.current.abort();
      queue.stop();
    };
  }, [queue]);
  useLive(
    useMemo(
      () => ({ onEvents: (events) => queue.later(events.map((event) => event.outreachId)), onFresh: queue.now }),
      [queue],
    ),
  );
  const loadMore = useCallback((): void => {
    pages.current += 1;
    queue.now();
  }, [queue]);
  return { items, status, more, loadMore, refresh: queue.now, ...(error === undefined ? {} : { error }) };
}
