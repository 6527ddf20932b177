import type { Channel, OutreachRequested } from '@homing/contracts';
import type { EngagementCount, EngagementCounts, EngagementHistory } from '@homing/domain';
import type { EngagementRow, SystemQueries } from '@homing/read-model';
import { pastOfTenants } from './tenant.past.js';

const HOUR_MS = 3_600_000;
/** How far back a channel's past counts. */
const WINDOW_MS = 90 * 24 * HOUR_MS;
/** Time a message is given to engage somebody before it counts either way. */
const SETTLING_MS = 24 * HOUR_MS;
/** A tenant's newest outreach that are looked at. */
const LIMIT = 5_000;

interface TenantPast {
  readonly all: EngagementCounts;
  readonly byType: ReadonlyMap<string, EngagementCounts>;
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
  const pasts = pastOfTenants({
    now,
    read: async (tenantIds, at) => {
      const rows = await queries.engagement({ tenantIds, limit: LIMIT, ...countedAt(at) });
      const byTenant = Map.groupBy(rows, (row) => row.tenantId);
      return new Map(tenantIds.map((id) => [id, pastOf(byTenant.get(id) ?? [])]));
    },
  });

  /** In the order asked. */
  return async (requests: readonly Asked[]): Promise<EngagementHistory[]> => {
    const found = await pasts(requests.map(({ tenantId }) => tenantId));
    return requests.map(({ tenantId, customerType }) => {
      const past = found.get(tenantId);
      return { tenant: past?.all ?? {}, customerType: past?.byType.get(customerType ?? '') ?? {} };
    });
  };
}

/** The stretch of time that counts at an instant, in milliseconds. */
export const countedAt = (at: number) => ({
  acceptedSince: new Date(at - WINDOW_MS).toISOString(),
  sentBefore: new Date(at - SETTLING_MS).toISOString(),
});

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
