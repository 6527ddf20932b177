import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { ApiClient } from '../api/api.client.js';
import type { Connection, LiveFeed, LiveListener } from './live.feed.js';

export interface Session {
  readonly client: ApiClient;
  readonly feed: LiveFeed;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session here');
  return session;
}

export function useConnection(): Connection {
  const { feed } = useSession();
  return useSyncExternalStore(feed.watch, feed.connection);
}

/** Listens while the component is there. Hand in a listener that stays the same (useMemo). */
export function useLive(listener: LiveListener): void {
  const { feed } = useSession();
  useEffect(() => feed.listen(listener), [feed, listener]);
}
