import type { CampaignDay } from '@homing/domain';

const formats = new Map<string, Intl.DateTimeFormat>();

function localDate(at: number, zone: string): string {
  if (zone === 'UTC') return new Date(at).toISOString().slice(0, 10);
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(zone, format);
  }
  return format.format(at);
}

/**
 * The local day an instant belongs to in an IANA zone, and when it ends, to the minute; right on days that clock changes make
 * longer or shorter.
 * @throws RangeError for a zone nobody knows
 */
export function campaignDay(instant: string, zone: string): CampaignDay {
  const at = Date.parse(instant);
  const day = localDate(at, zone);
  const minute = 60_000;
  let low = Math.floor(at / minute);
  // No local day is longer than 25 hours but where a zone crosses the date line; 49 hours reach past any end.
  let high = low + 49 * 60;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (localDate(middle * minute, zone) === day) low = middle;
    else high = middle;
  }
  return { day, endsAt: new Date(high * minute).toISOString() };
}
