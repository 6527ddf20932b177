import { hourHistory, type HourHistory } from '@homing/domain';
import type { SystemQueries } from '@homing/read-model';
import { countedAt } from './engagement.reader.js';
import { pastOfTenants } from './tenant.past.js';

/** A tenant's newest outreach that are looked at: hours need more than channels do. */
const LIMIT = 10_000;
/** What is counted is a day old at least: it changes slowly, and costs a fifth of a second to count. */
const FRESH_MS = 5 * 60_000;

export interface SendHoursParts {
  readonly queries: Pick<SystemQueries, 'sendHours'>;
  readonly now: () => string;
}

/**
 * At which hours of their week messages engaged the people of tenants: of the last 90 days, at most their newest 10,000 outreach, messages of
 * the last 24 hours left out. Kept and refreshed as `pastOfTenants` says.
 * @throws as `pastOfTenants`
 */
export function sendHoursOf({ queries, now }: SendHoursParts) {
  return pastOfTenants<HourHistory>({
    now,
    freshMs: FRESH_MS,
    read: async (tenantIds, at) => {
      const rows = await queries.sendHours({ tenantIds, limit: LIMIT, ...countedAt(at) });
      const byTenant = Map.groupBy(rows, (row) => row.tenantId);
      return new Map(tenantIds.map((id) => [id, hourHistory(byTenant.get(id) ?? [])]));
    },
  });
}
