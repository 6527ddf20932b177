import {
  conversionStream,
  type ConversionAnswer,
  type ConversionEvent,
  type ConversionRefusal,
  type ConversionReport,
  type IdDeriver,
} from '@homing/contracts';
import {
  attribute,
  evolveAttribution,
  noAttribution,
  recordConversion,
  type Attribution,
  type ConversionDecision,
  type OutreachState,
  type RecordConversion,
} from '@homing/domain';
import { handleCommand, readFolded, type EventStore, type Fold } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import type { SystemQueries } from '@homing/read-model';
import type { VaultIntake } from '@homing/vault/intake';
import type { RegistryReader } from '@homing/vault/registry';

export interface ConversionParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly registry: Pick<RegistryReader, 'findCampaign' | 'findCampaignsById'>;
  readonly persons: Pick<VaultIntake, 'findPerson'>;
  readonly queries: Pick<SystemQueries, 'lastDelivered'>;
  readonly ids: Pick<IdDeriver, 'key'>;
  /** Days after its message reached the person within which a conversion is of it, where it does not say so itself. */
  readonly windowDays: number;
  readonly instance: string;
  readonly now: () => string;
}

export type IdentifiedReport = ConversionReport & { readonly conversionId: string };

const DAY_MS = 86_400_000;
const fold: Fold<Attribution, ConversionEvent> = { empty: noAttribution, evolve: evolveAttribution };

/**
 * Records a conversion once, on the stream of its outreach. To which it belongs is decided when it is first reported and stands: a
 * repeat goes to the same, also one that comes at the same time or after a crash between the two appends.
 */
export async function recordReport(
  parts: ConversionParts,
  report: IdentifiedReport,
  messageId: string,
): Promise<ConversionAnswer> {
  const { store, now: clock, ids } = parts;
  const { tenantId, conversionId } = report;
  const refused = (reason: ConversionRefusal): ConversionAnswer => ({ status: 'refused', conversionId, reason });
  const key = ids.key('conversion', tenantId, conversionId);
  for (;;) {
    const standing = await readFolded(store, fold, conversionStream(key));
    const { state: first } = standing;
    const found = first.kind === 'attributed' ? { outreachId: first.outreachId } : await attributed(parts, report);
    if ('reason' in found) return refused(found.reason);
    const { outreachId } = found;
    if (report.outreachId !== undefined && report.outreachId.toLowerCase() !== outreachId)
      return refused('different_content');
    const known = await readOutreach(store, outreachId);
    const now = clock();
    const command = await commandOf(parts, { report, state: known.state, key, now });
    const decision = recordConversion(known.state, command);
    if (decision.kind !== 'record') return answerOf(decision, conversionId, outreachId);
    const metadata = { tenantId, correlationId: outreachId, causationId: messageId, recordedAt: now };
    const owned = await handleCommand(store, fold, {
      stream: conversionStream(key),
      known: standing,
      decide: (state) => attribute(state, { tenantId, outreachId, at: now }),
      commandId: `conversion:${key}`,
      metadata: { ...metadata, recordedBy: parts.instance, schemaVersion: 1 },
    });
    // Another report under the same id came first and names another: that one's it is.
    if (owned.state.kind !== 'attributed' || owned.state.outreachId !== outreachId) continue;
    let taken: ConversionDecision = decision;
    const decide = (state: OutreachState) => {
      taken = recordConversion(state, command);
      return taken.kind === 'record' ? taken.events : [];
    };
    await changeOutreach(store, parts.instance, {
      ...{ outreachId, tenantId, known, decide, now },
      ...{ commandId: `conversion:${key}`, causationId: messageId },
    });
    return answerOf(taken, conversionId, outreachId);
  }
}

function answerOf(decision: ConversionDecision, conversionId: string, outreachId: string): ConversionAnswer {
  if (decision.kind === 'refused') return { status: 'refused', conversionId, reason: decision.reason };
  return { status: decision.kind === 'record' ? 'recorded' : 'duplicate', conversionId, outreachId };
}

/** The outreach a report names; or the last of its campaign that had reached the recipient by then, within the window. */
async function attributed(
  { registry, persons, queries, windowDays }: ConversionParts,
  { tenantId, outreachId, campaignId, recipientId, occurredAt }: IdentifiedReport,
): Promise<{ readonly outreachId: string } | { readonly reason: ConversionRefusal }> {
  if (outreachId !== undefined) return { outreachId: outreachId.toLowerCase() };
  if (campaignId === undefined || recipientId === undefined) return { reason: 'unknown_outreach' };
  const [campaign, personId] = await Promise.all([
    registry.findCampaign({ tenantId, campaignId }),
    persons.findPerson({ tenantId, recipientId }),
  ]);
  if (!campaign) return { reason: 'unknown_campaign' };
  if (personId === undefined) return { reason: 'nothing_delivered' };
  const by = new Date(occurredAt);
  const since = new Date(by.getTime() - windowDays * DAY_MS);
  const asked = { tenantId, personId, campaignKey: campaign.id };
  const last = await queries.lastDelivered({ ...asked, by: by.toISOString(), since: since.toISOString() });
  return last === undefined ? { reason: 'nothing_delivered' } : { outreachId: last };
}

interface Reported {
  readonly report: IdentifiedReport;
  readonly state: OutreachState;
  readonly key: string;
  readonly now: string;
}

async function commandOf(
  { registry }: ConversionParts,
  { report, state, key, now }: Reported,
): Promise<RecordConversion> {
  const { tenantId, kind, value, occurredAt, by, outreachId } = report;
  const campaignKey = state.status === 'none' ? undefined : state.request.campaignKey;
  const [campaign] = campaignKey === undefined ? [] : await registry.findCampaignsById([{ tenantId, id: campaignKey }]);
  return {
    ...{ conversionKey: key, tenantId, kind, now, currency: campaign?.currency },
    ...(value ? { value: { micros: value.micros, currency: value.currency } } : {}),
    occurredAt: new Date(occurredAt).toISOString(),
    attribution: outreachId === undefined ? 'last_delivered' : 'named',
    ...(by === undefined ? {} : { by }),
  };
}
