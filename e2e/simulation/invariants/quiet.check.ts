import { isQuietAt, minuteOf, parseDeliveryId } from '@homing/contracts';
import type { BooksWatchParts } from './books.watch.js';

/** No call was claimed in somebody's night. Quiet hours never change in a history, so there is no slack. */
export function checkQuietHours({ world, history }: Pick<BooksWatchParts, 'world' | 'history'>): void {
  const { provider, registry, watch, trace } = world;
  for (const { deliveryId, attempt, tenantId } of provider.ledger) {
    const of = parseDeliveryId(deliveryId);
    const request = of && history.request(of.outreachId);
    const call = of && history.attempt(of.outreachId, of.leg, attempt);
    const quietHours = registry.tenants.find(({ id }) => id === tenantId)?.settings.quietHours;
    if (!request || !call || call.resent || !quietHours || request.urgency === 'critical') continue;
    const quiet = { from: minuteOf(quietHours.from), to: minuteOf(quietHours.to) };
    const clocks = zonesOf(request, registry).map((zone) => clockIn(zone, call.startedAt));
    if (clocks.every((clock) => isQuietAt(quiet, minuteOf(clock))))
      watch.broken('quiet-hours', `${trace.short('d', deliveryId)}:${attempt} was begun at ${clocks.join(', ')}`);
  }
}

type Asked = { readonly timeZone?: string; readonly campaignKey?: string };

/** Every zone it may have been planned by: a campaign's may have been moved since. */
function zonesOf({ timeZone, campaignKey }: Asked, registry: BooksWatchParts['world']['registry']): string[] {
  if (timeZone !== undefined) return [timeZone];
  const rules = campaignKey === undefined ? [] : registry.limitsOf(campaignKey);
  return rules.length === 0 ? ['UTC'] : rules.map((rule) => rule.timeZone ?? 'UTC');
}

const clockIn = (timeZone: string, at: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    Date.parse(at),
  );
