import type { CampaignDay } from '@homing/domain';
import { campaignDay } from '@homing/intake/rules';

/** `campaignDay`, kept for each hour that lies within one local day as a whole. */
export function keptDays(): (instant: string, zone: string) => CampaignDay {
  const kept = new Map<string, CampaignDay | undefined>();
  return (instant, zone) => {
    const hour = instant.slice(0, 13);
    const key = `${zone} ${hour}`;
    if (!kept.has(key)) {
      const whole = campaignDay(`${hour}:00:00.000Z`, zone);
      kept.set(key, whole.endsAt > `${hour}:59:59.999Z` ? whole : undefined);
    }
    return kept.get(key) ?? campaignDay(instant, zone);
  };
}
