import type { OutreachStateName } from '@homing/domain';
import type { CampaignBucket, CampaignReason, CampaignStatus } from './read-model.port.js';

/** Every outreach is in exactly one bucket, so the buckets add up to the audience. */
export const BUCKET_OF: Readonly<Record<OutreachStateName, CampaignBucket>> = {
  accepted: 'pending',
  scheduled: 'pending',
  sending: 'pending',
  queued: 'sent',
  sent: 'sent',
  delivered: 'sent',
  opened: 'sent',
  clicked: 'sent',
  responded: 'sent',
  complained: 'sent',
  unsubscribed: 'sent',
  bounced: 'sent',
  failed: 'failed',
  skipped: 'skipped',
  expired: 'skipped',
  cancelled: 'skipped',
  refused: 'refused',
  assumed_sent: 'sent',
  outcome_unknown: 'unknown',
  awaiting_person: 'pending',
};

/** How many outreach of a campaign stand alike. */
export interface CampaignCount {
  readonly state: OutreachStateName;
  readonly refusalStep: string | null;
  readonly refusalReason: string | null;
  readonly outcomeReason: string | null;
  readonly count: bigint;
}

export function campaignStatusOf(counts: readonly CampaignCount[]): CampaignStatus {
  const buckets = { sent: 0, skipped: 0, failed: 0, pending: 0, unknown: 0, refused: 0 };
  const states: Record<string, number> = {};
  const reasons: CampaignReason[] = [];
  for (const each of counts) {
    const bucket = BUCKET_OF[each.state];
    const count = Number(each.count);
    buckets[bucket] += count;
    states[each.state] = (states[each.state] ?? 0) + count;
    if (bucket === 'refused' || bucket === 'skipped' || bucket === 'failed') {
      reasons.push({
        bucket,
        step: each.refusalStep,
        reason: each.refusalReason ?? each.outcomeReason ?? each.state,
        count,
      });
    }
  }
  const audience = Object.values(buckets).reduce((sum, count) => sum + count, 0);
  return { audience, ...buckets, states, reasons: reasons.toSorted((a, b) => b.count - a.count) };
}
