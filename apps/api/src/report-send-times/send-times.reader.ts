import { CHANNELS, isInstant, type Channel } from '@homing/contracts';
import { sendHoursReport } from '@homing/domain';
import type { ApiParts } from '../api.parts.js';
import { readQuery } from '../http/query.reader.js';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';

const DAY_MS = 86_400_000;
/** Looked at where no `from` is given. */
export const SEND_TIMES_DAYS = 30;
/** The longest period of one report, in days. */
export const MAX_SEND_TIMES_DAYS = 366;

export interface SendTimesWish {
  readonly caller: Caller;
  readonly query: unknown;
  readonly now: Date;
}

/** What messages came to by the hour of their people's week. @throws ProblemError naming each parameter; 404 of an unknown campaign */
export async function reportSendTimes(
  { queries, registry }: Pick<ApiParts, 'queries' | 'registry'>,
  { caller: { tenantId }, query, now }: SendTimesWish,
) {
  const wish = readQuery(query, ['from', 'to', 'channel', 'campaignId']);
  const period = periodOf(wish, now);
  const channel = channelOf(wish.channel);
  const { campaignId } = wish;
  const campaign = campaignId === undefined ? undefined : await registry.readCampaign({ tenantId, campaignId });
  if (campaignId !== undefined && !campaign) throw new ProblemError('not_found');
  const counts = await queries.sendHours({
    ...{ tenantId, ...period },
    ...(channel ? { channel } : {}),
    ...(campaign ? { campaignKey: campaign.id } : {}),
  });
  return { ...period, channels: sendHoursReport(counts) };
}

function periodOf({ from, to }: { from?: string; to?: string }, now: Date): { from: string; to: string } {
  const until = instantOf('to', to) ?? now.getTime();
  const since = instantOf('from', from) ?? until - SEND_TIMES_DAYS * DAY_MS;
  if (since >= until) throw invalidField('to', 'not_after_from', 'must be after from');
  if (until - since > MAX_SEND_TIMES_DAYS * DAY_MS)
    throw invalidField('from', 'too_long', `must be at most ${MAX_SEND_TIMES_DAYS} days before to`);
  return { from: new Date(since).toISOString(), to: new Date(until).toISOString() };
}

function instantOf(field: string, said: string | undefined): number | undefined {
  if (said === undefined) return undefined;
  if (isInstant(said)) return Date.parse(said);
  throw invalidField(field, 'isInstant', 'must be an instant with its offset, such as 2026-05-01T10:00:00Z');
}

function channelOf(said: string | undefined): Channel | undefined {
  const known = CHANNELS.find((channel) => channel === said);
  if (said === undefined || known) return known;
  throw invalidField('channel', 'unknown_channel', `must be one of ${CHANNELS.join(', ')}`);
}
