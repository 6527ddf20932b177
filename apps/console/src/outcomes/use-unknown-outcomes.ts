import { useCallback } from 'react';
import type { UnknownOutcome } from '../api/api.types.js';
import { type PagesView, usePages } from '../list/use-pages.js';
import { useSession } from '../live/live.context.js';

/** The list, longest open first, read anew whenever something happened. */
export function useUnknownOutcomes(): PagesView<UnknownOutcome> {
  const { client } = useSession();
  return usePages(
    useCallback((cursor: string | undefined, signal: AbortSignal) => client.unknownOutcomes(cursor, signal), [client]),
  );
}
