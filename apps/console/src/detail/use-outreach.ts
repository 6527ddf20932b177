import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '../api/api.client.js';
import type { ShownOutreach } from '../api/api.types.js';
import { useLive, useSession } from '../live/live.context.js';

export interface OutreachRead {
  readonly outreach?: ShownOutreach;
  readonly error?: { readonly notFound: boolean; readonly message: string };
  retry(): void;
}

const settleMs = 250;

/** One outreach, read anew whenever something happens to it. */
export function useOutreach(outreachId: string): OutreachRead {
  const { client } = useSession();
  const [read, setRead] = useState<Omit<OutreachRead, 'retry'>>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const gone = useRef(new AbortController());

  const load = useCallback(async (): Promise<void> => {
    const { signal } = gone.current;
    try {
      const outreach = await client.find(outreachId, signal);
      setRead({ outreach });
    } catch (thrown) {
      if (signal.aborted) return;
      const notFound = thrown instanceof ApiError && thrown.status === 404;
      const message = thrown instanceof Error ? thrown.message : 'Something went wrong.';
      setRead((before) => ({ ...before, error: { notFound, message } }));
    }
  }, [client, outreachId]);

  const soon = useCallback((): void => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void load();
    }, settleMs);
  }, [load]);

  useEffect(() => {
    gone.current = new AbortController();
    void load();
    return () => {
      gone.current.abort();
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [load]);
  useLive(
    useMemo(
      () => ({
        onEvents: (events) => events.some((event) => event.outreachId === outreachId) && soon(),
        onFresh: soon,
      }),
      [outreachId, soon],
    ),
  );
  return { ...read, retry: soon };
}
