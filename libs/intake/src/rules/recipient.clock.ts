import type { OutreachRequested } from '@homing/contracts';
import { PRODUCT_CLOCK, searchSpan, type RecipientClock } from '@homing/domain';
import type { Rules } from './decision.rules.js';
import { zoneTable } from './zone.tables.js';

type Asked = Pick<OutreachRequested, 'timeZone' | 'sendAt' | 'expiresAt'>;

/**
 * The clock that a request's send time is chosen by: of its recipient's zone, else of the campaign's, else of the tenant's, else UTC. A zone
 * this process does not know is passed over. Undefined where the policy rules no send time.
 */
export function recipientClock(
  rules: Rules,
  { timeZone, sendAt, expiresAt }: Asked,
  now: string,
): RecipientClock | undefined {
  if (!rules.policy.sendTime) return undefined;
  const span = searchSpan({ now, sendAt, expiresAt, rules: rules.policy.sendTime });
  const own = timeZone === undefined ? undefined : zoneTable(timeZone, span);
  if (own) return { table: own, owner: 'recipient' };
  const { zone, zoneOwner = 'product' } = rules;
  const table = zoneOwner === 'product' ? undefined : zoneTable(zone, span);
  return table ? { table, owner: zoneOwner } : PRODUCT_CLOCK;
}
