import { outreachStream, parseDeliveryId } from '@homing/contracts';
import type { OutreachRow } from '@homing/read-model';
import { BUCKET_OF } from '../../../libs/read-model/src/queries/campaign.status.js';
import { ENDED_BADLY } from '../world/message.story.js';
import type { World } from '../world/sim.world.js';

/** The buckets a campaign's status is made of, against the log and the ledger. */
export function checkAudience(world: World, decided: number): void {
  const { rows, watch, trace } = world;
  const listed = [...rows.tables.outreach.values()];
  if (listed.length !== decided)
    watch.broken('audience-adds-up', `${decided} were decided, ${listed.length} are listed`);
  for (const row of listed) {
    const name = trace.short('s', outreachStream(row.outreachId));
    const fault = bucketFault(world, row);
    if (fault) watch.broken('audience-adds-up', `${name} is ${row.state}: ${fault}`);
    const bucket = BUCKET_OF[row.state];
    const unsent = bucket === 'refused' || bucket === 'skipped' || bucket === 'failed';
    if (unsent && !(row.refusalReason ?? row.outcomeReason))
      watch.broken('every-why', `${name} is ${row.state} and its row says not why`);
  }
}

/** What the ledger must say of an outreach in this bucket. */
function bucketFault({ provider }: World, { outreachId, state }: OutreachRow): string | undefined {
  const lines = provider.ledger.filter((line) => parseDeliveryId(line.deliveryId)?.outreachId === outreachId);
  const bad = new Set(provider.told.filter(({ fact }) => ENDED_BADLY.has(fact)).map((fact) => fact.providerMessageId));
  const good = lines.filter((line) => !bad.has(line.providerMessageId));
  switch (BUCKET_OF[state]) {
    case 'sent':
      return lines.length > 0 || state === 'assumed_sent' ? undefined : 'no provider ever had it';
    case 'refused':
      return lines.length === 0 ? undefined : 'a provider took it';
    case 'skipped':
    case 'failed':
      return good.length === 0 ? undefined : 'a provider took it and did not say that it failed';
    case 'pending':
    case 'unknown':
      return 'nothing is left to be done';
  }
}
