import type { CampaignMember, Resting, SystemQueries, TimetableRow } from '@homing/read-model';
import type { GateReader } from '@homing/vault/gate';

/** An entry of a paused campaign is looked at again after this, in milliseconds, should its resumption be missed. */
export const REST_MS = 15 * 60_000;
/** How often in one round the timetable is read anew because what was due had to rest. */
const READS = 20;

export interface RestParts {
  readonly readModel: Pick<SystemQueries, 'dueEntries' | 'campaignMembers' | 'restEntries'>;
  readonly gate: Pick<GateReader, 'restingCampaigns'>;
  readonly now: () => Date;
}

/**
 * What is due, without the starts of paused campaigns: these are put to rest, no wake counted, until they are resumed
 * (`resumed.watch.ts`), or their deadline passes and that is to be recorded.
 */
export async function dueExceptPaused(
  parts: RestParts,
  due: Parameters<SystemQueries['dueEntries']>[0],
): Promise<TimetableRow[]> {
  for (let reads = 1; ; reads += 1) {
    const entries = await parts.readModel.dueEntries(due);
    const resting = await restingOf(parts, entries);
    // Nobody can send without the vault: starts wait for it, and nothing else does.
    if (resting === 'nobody knows') return entries.filter((entry) => entry.kind !== 'dispatch');
    if (resting.length === 0) return entries;
    await parts.readModel.restEntries(resting);
    const put = new Set(resting.map(({ entry }) => entry));
    // Others may wait behind those that were put to rest.
    if (entries.length < due.limit || reads === READS) return entries.filter((entry) => !put.has(entry));
  }
}

type RestingRow = Resting & { readonly entry: TimetableRow };

async function restingOf(
  { readModel, gate, now }: RestParts,
  entries: readonly TimetableRow[],
): Promise<readonly RestingRow[] | 'nobody knows'> {
  const starts = entries.filter((entry) => entry.kind === 'dispatch');
  const members = await readModel.campaignMembers([...new Set(starts.map((entry) => entry.outreachId))]);
  const standing = await gate.restingCampaigns(campaignsOf(members)).catch(() => undefined);
  if (!standing) return 'nobody knows';
  const keys = new Set(standing.filter(({ status }) => status === 'paused').map(keyOf));
  const resting = new Map(members.filter((m) => keys.has(keyOf(m))).map((m) => [m.outreachId, m.expiresAt]));
  const at = now().getTime();
  return starts.flatMap((entry): RestingRow[] => {
    const deadline = Date.parse(resting.get(entry.outreachId) ?? '');
    if (!(deadline > at)) return [];
    return [{ entry, until: new Date(Math.min(deadline, at + REST_MS)).toISOString() }];
  });
}

type Keyed = Pick<CampaignMember, 'tenantId' | 'campaignKey'>;
const keyOf = ({ tenantId, campaignKey }: Keyed): string => `${tenantId} ${campaignKey}`;
const campaignsOf = (members: readonly Keyed[]): Keyed[] => [
  ...new Map(
    members.map(({ tenantId, campaignKey }) => [keyOf({ tenantId, campaignKey }), { tenantId, campaignKey }]),
  ).values(),
];
