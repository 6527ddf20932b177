import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useLive } from '../live/live.context.js';
import { RefreshQueue } from './refresh.queue.js';

export interface PagesView<T> {
  readonly items: readonly T[];
  readonly status: 'loading' | 'ready';
  readonly more: boolean;
  /** What went wrong last; cleared by the next success. */
  readonly error?: string;
  loadMore(): void;
  refresh(): void;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** As many pages as were asked for, read anew whenever something happened. `readPage` is to stay the same between renderings. */
export function usePages<T>(
  readPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
): PagesView<T> {
  const [items, setItems] = useState<readonly T[]>([]);
  const [status, setStatus] = useState<'loading' | 'ready'>('loading');
  const [more, setMore] = useState(false);
  const [error, setError] = useState<string>();
  const pages = useRef(1);
  const gone = useRef(new AbortController());

  const read = useCallback(async (): Promise<boolean> => {
    const { signal } = gone.current;
    try {
      const found: T[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < pages.current && (page === 0 || cursor !== undefined); page += 1) {
        const { items: got, nextCursor } = await readPage(cursor, signal);
        found.push(...got);
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
  }, [readPage]);

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
