import type { Channel, OutreachRequested } from '@homing/contracts';
import type { EngagementCount, EngagementCounts, EngagementHistory } from '@homing/domain';
import type { EngagementRow, SystemQueries } from '@homing/read-model';

const HOUR_MS = 3_600_000;
/** What stands longer is read again, beside the work. */
const FRESH_MS = 60_000;
/** What stands longer is not used. */
const USABLE_MS = 15 * 60_000;
/** How far back a channel's past counts. */
const WINDOW_MS = 90 * 24 * HOUR_MS;
/** Time a message is given to engage somebody before it counts either way. */
const SETTLING_MS = 24 * HOUR_MS;
/** A tenant's newest outreach that are looked at. */
const LIMIT = 5_000;
/** Tenants kept at once. */
const MAX_TENANTS = 10_000;

interface TenantPast {
  readonly all: EngagementCounts;
  readonly byType: ReadonlyMap<string, EngagementCounts>;
}

interface Kept {
  readonly past: TenantPast;
  readonly readAt: number;
  refreshing?: boolean;
}

export interface EngagementParts {
  readonly queries: Pick<SystemQueries, 'engagement'>;
  readonly now: () => string;
}

type Asked = Pick<OutreachRequested, 'tenantId' | 'customerType'>;

/**
 * How messages of a batch's tenants engaged people: of the last 90 days, at most their newest 5,000 outreach, messages of the last
 * 24 hours left out. Read set-wise, kept a minute for each tenant, then refreshed beside the work; used for 15 minutes where that fails.
 * @throws when it has never been read, or not for that long, and cannot be: the decision is to be tried again.
 */
export function engagementOf({ queries, now }: EngagementParts) {
  const kept = new Map<string, Kept>();
  const read = async (tenantIds: readonly string[]): Promise<ReadonlyMap<string, Kept>> => {
    const at = Date.parse(now());
    const rows = await queries.engagement({
      tenantIds,
      acceptedSince: new Date(at - WINDOW_MS).toISOString(),
      sentBefore: new Date(at - SETTLING_MS).toISOString(),
      limit: LIMIT,
    });
    const byTenant = Map.groupBy(rows, (row) => row.tenantId);
    const found = new Map(tenantIds.map((id) => [id, { past: pastOf(byTenant.get(id) ?? []), readAt: at }]));
    if (kept.size + found.size > MAX_TENANTS) kept.clear();
    for (const [id, entry] of found) kept.set(id, entry);
    return found;
  };
  const refresh = (entries: readonly (readonly [string, Kept])[]): void => {
    for (const [, entry] of entries) entry.refreshing = true;
    read(entries.map(([id]) => id)).catch(() => {
      for (const [, entry] of entries) entry.refreshing = false;
    });
  };

  /** In the order asked. */
  return async (requests: readonly Asked[]): Promise<EngagementHistory[]> => {
    const at = Date.parse(now());
    const ids = [...new Set(requests.map(({ tenantId }) => tenantId))];
    const usable = (id: string): boolean => at - (kept.get(id)?.readAt ?? -Infinity) < USABLE_MS;
    const missing = ids.filter((id) => !usable(id));
    const atHand = new Map(ids.map((id) => [id, kept.get(id)]));
    const stale = ids.flatMap((id): [string, Kept][] => {
      const entry = kept.get(id);
      return entry && usable(id) && !entry.refreshing && at - entry.readAt >= FRESH_MS ? [[id, entry]] : [];
    });
    if (stale.length > 0) refresh(stale);
    const found = missing.length > 0 ? await read(missing) : undefined;
    return requests.map(({ tenantId, customerType }) => {
      const past = (found?.get(tenantId) ?? atHand.get(tenantId))?.past;
      return { tenant: past?.all ?? {}, customerType: past?.byType.get(customerType ?? '') ?? {} };
    });
  };
}

function pastOf(rows: readonly EngagementRow[]): TenantPast {
  const typed = rows.filter(({ customerType }) => customerType !== null);
  const byType = Map.groupBy(typed, (row) => row.customerType ?? '');
  return { all: countsOf(rows), byType: new Map([...byType].map(([type, of]) => [type, countsOf(of)])) };
}

function countsOf(rows: readonly EngagementRow[]): EngagementCounts {
  const counts: Partial<Record<Channel, EngagementCount>> = {};
  for (const { channel, sent, engaged } of rows) {
    const before = counts[channel] ?? { sent: 0, engaged: 0 };
    counts[channel] = { sent: before.sent + sent, engaged: before.engaged + engaged };
  }
  return counts;
}
