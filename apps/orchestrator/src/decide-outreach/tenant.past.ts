const FRESH_MS = 60_000;
/** What stands longer is not used. */
const USABLE_MS = 15 * 60_000;
/** Tenants kept at once. */
const MAX_TENANTS = 10_000;

interface Kept<T> {
  readonly past: T;
  readonly readAt: number;
  refreshing?: boolean;
}

export interface PastParts<T> {
  /** Set-wise; a tenant that is left out has no past. */
  readonly read: (tenantIds: readonly string[], at: number) => Promise<ReadonlyMap<string, T>>;
  readonly now: () => string;
  /** What stands longer is read again, beside the work. Default a minute. */
  readonly freshMs?: number;
}

/**
 * What is known of tenants' pasts: kept for each while it is fresh, then refreshed beside the work; used for 15 minutes where that fails.
 * @throws when it has never been read, or not for that long, and cannot be: the decision is to be tried again.
 */
export function pastOfTenants<T>({
  read,
  now,
  freshMs = FRESH_MS,
}: PastParts<T>): (tenantIds: readonly string[]) => Promise<ReadonlyMap<string, T>> {
  const kept = new Map<string, Kept<T>>();
  const fetch = async (tenantIds: readonly string[]): Promise<ReadonlyMap<string, T>> => {
    const at = Date.parse(now());
    const found = await read(tenantIds, at);
    if (kept.size + found.size > MAX_TENANTS) kept.clear();
    for (const [id, past] of found) kept.set(id, { past, readAt: at });
    return found;
  };
  const refresh = (entries: readonly (readonly [string, Kept<T>])[]): void => {
    for (const [, entry] of entries) entry.refreshing = true;
    fetch(entries.map(([id]) => id)).catch(() => {
      for (const [, entry] of entries) entry.refreshing = false;
    });
  };

  return async (tenantIds) => {
    const at = Date.parse(now());
    const ids = [...new Set(tenantIds)];
    const usable = (id: string): boolean => at - (kept.get(id)?.readAt ?? -Infinity) < USABLE_MS;
    const missing = ids.filter((id) => !usable(id));
    const atHand = ids.flatMap((id): [string, Kept<T>][] => {
      const entry = kept.get(id);
      return entry && usable(id) ? [[id, entry]] : [];
    });
    const stale = atHand.filter(([, entry]) => !entry.refreshing && at - entry.readAt >= freshMs);
    if (stale.length > 0) refresh(stale);
    const found = missing.length > 0 ? await fetch(missing) : new Map<string, T>();
    return new Map([...atHand.map(([id, { past }]) => [id, past] as const), ...found]);
  };
}
