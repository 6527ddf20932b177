import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ListedOutreach } from '../api/api.types.js';
import { useLive, useSession } from '../live/live.context.js';
import { RefreshQueue } from './refresh.queue.js';
import { EMPTY, type ListState, withChanged, withNewest, withOlder } from './list.state.js';

export interface OutreachListView extends ListState {
  readonly status: 'loading' | 'ready';
  /** What went wrong last; cleared by the next success. */
  readonly error?: string;
  readonly loadingOlder: boolean;
  loadOlder(): void;
  retry(): void;
}

/** Rows further down are read one by one, so many at a time. */
const mostAtOnce = 20;

/** The list for one filter, kept up to date by the live feed. */
export function useOutreachList(filter: string | undefined): OutreachListView {
  const { client } = useSession();
  const [list, setList] = useState(EMPTY);
  const [status, setStatus] = useState<'loading' | 'ready'>('loading');
  const [error, setError] = useState<string>();
  const [loadingOlder, setLoadingOlder] = useState(false);
  const shown = useRef<ListState>(EMPTY);
  const gone = useRef(new AbortController());
  shown.current = list;

  const trying = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      setError(undefined);
      return true;
    } catch (thrown) {
      if (!gone.current.signal.aborted) setError(thrown instanceof Error ? thrown.message : 'Something went wrong.');
      return false;
    }
  }, []);

  const refresh = useCallback(
    (changed: ReadonlySet<string>): Promise<boolean> =>
      trying(async () => {
        const { signal } = gone.current;
        const page = await client.list({ state: filter }, signal);
        const onPage = new Set(page.items.map((item) => item.outreachId));
        const further = shown.current.items.filter(
          (item) => changed.has(item.outreachId) && !onPage.has(item.outreachId),
        );
        const read: ListedOutreach[] = await Promise.all(
          further.slice(0, mostAtOnce).map((item) => client.find(item.outreachId, signal)),
        );
        setList((before) => withChanged(withNewest(before, page), read, filter));
        setStatus('ready');
      }),
    [client, filter, trying],
  );

  const queue = useMemo(() => new RefreshQueue(refresh), [refresh]);
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

  const loadOlder = useCallback((): void => {
    const { nextCursor: cursor } = shown.current;
    if (cursor === undefined) return;
    setLoadingOlder(true);
    void trying(async () => {
      const page = await client.list({ state: filter, cursor }, gone.current.signal);
      setList((before) => withOlder(before, page));
    }).finally(() => setLoadingOlder(false));
  }, [client, filter, trying]);

  return { ...list, status, loadingOlder, loadOlder, retry: queue.now, ...(error === undefined ? {} : { error }) };
}
