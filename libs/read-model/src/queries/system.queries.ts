import { type Compilable, CompiledQuery, sql, type RawBuilder } from 'kysely';
import type { ReadModelConnection, ReadModelDb } from '../connection/read-model.connection.js';
import { checkpointPosition } from './outreach.queries.js';
import type { ProgressView, ProviderMessage, SystemQueries } from './read-model.port.js';
import { PROJECTION } from './projection.name.js';
import { openReservationsOf, staleReservations } from './ledger.queries.js';
import { silentOutreach } from './silent.queries.js';
import { lastDelivered } from './conversion.queries.js';
import { engagementCounts } from './engagement.queries.js';
import { campaignMembers, restTimetable, wakeCampaignTimetable } from './resting.queries.js';
import { recentAttempts } from './recent-attempts.queries.js';
import { recentSendHours } from './send-hour.queries.js';
import { consentWordsPage } from './consent.queries.js';
import { suppressionsPage } from './suppression.queries.js';
import { dueTimetable, wokenTimetable } from './timetable.queries.js';

/** For projector, orchestrator and scheduler: over all tenants, with the system role. */
export function createSystemQueries({ db, schema }: ReadModelConnection): SystemQueries {
  const folded = textOf(() => foldedStatesOf(db, []));
  const page = textOf(() => transitionsPage(db, { afterPosition: 0n, limit: 1 }));
  return {
    foldedStates: async (outreachIds) => (await db.executeQuery(folded([[...outreachIds]]))).rows,
    dueEntries: async (due) => (await dueTimetable(schema, due).execute(db)).rows,
    markWoken: async (woken) => {
      if (woken.entries.length === 0) return [];
      return (await wokenTimetable(schema, woken).execute(db)).rows;
    },
    campaignMembers: async (outreachIds) =>
      outreachIds.length === 0 ? [] : campaignMembers(db, outreachIds).execute(),
    restEntries: async (resting) => {
      if (resting.length > 0) await restTimetable(schema, resting).execute(db);
    },
    wakeCampaigns: async (wake) => {
      if (wake.campaigns.length === 0) return 0;
      return Number((await wakeCampaignTimetable(schema, wake).execute(db)).numAffectedRows ?? 0n);
    },
    engagement: async (filter) =>
      filter.tenantIds.length === 0 ? [] : (await engagementCounts(schema, filter).execute(db)).rows,
    sendHours: async (filter) =>
      filter.tenantIds.length === 0 ? [] : (await recentSendHours(schema, filter).execute(db)).rows,
    lastDelivered: async (asked) => (await lastDelivered(db, asked).executeTakeFirst())?.outreachId,
    suppressions: (page) => suppressionsPage(db, page).execute(),
    consentWords: (page) => consentWordsPage(db, page).execute(),
    eventsAfter: async ({ afterPosition, limit }) => (await db.executeQuery(page([afterPosition, limit]))).rows,
    attemptsByProviderMessage: (ids) => attemptsByMessage(db, ids).execute(),
    recentAttempts: async (filter) =>
      filter.persons.length === 0 ? [] : (await recentAttempts(schema, filter).execute(db)).rows,
    staleReservations: async (filter) => (await staleReservations(schema, filter).execute(db)).rows,
    openReservations: async (outreachId) => (await openReservationsOf(schema, outreachId).execute(db)).rows,
    silentOutreach: async (filter) => (await silentOutreach(schema, filter).execute(db)).rows,
    progress: async () => (await progressNow(schema).execute(db)).rows,
    currentPosition: async () => (await checkpointPosition(db, PROJECTION).executeTakeFirst())?.position ?? 0n,
    openCounts: async (now) => {
      const { unknownOutcomes, overdue } = await openCounts(db, now).executeTakeFirstOrThrow();
      return { unknownOutcomes: Number(unknownOutcomes), overdue: Number(overdue) };
    },
  };
}

/** A query that is asked all the time: put together once, sent each time with other parameters, in the order its text names them. */
function textOf<Row>(build: () => Compilable<Row>): (parameters: unknown[]) => CompiledQuery<Row> {
  let text: string | undefined;
  return (parameters) => CompiledQuery.raw((text ??= build().compile().sql), parameters) as CompiledQuery<Row>;
}

export const openCounts = (db: ReadModelDb, now: string) =>
  db.selectNoFrom(({ selectFrom, fn }) => [
    selectFrom('unknownOutcomes').select(fn.countAll<bigint>().as('n')).as('unknownOutcomes'),
    selectFrom('timetable').where('wakeAt', '<=', now).select(fn.countAll<bigint>().as('n')).as('overdue'),
  ]);

export const foldedStatesOf = (db: ReadModelDb, outreachIds: readonly string[]) =>
  db
    .selectFrom('foldedState')
    .select(['outreachId', 'tenantId', 'revision', 'traceparent', 'state'])
    .where('outreachId', '=', sql<string>`any(${outreachIds}::uuid[])`);

export const transitionsPage = (db: ReadModelDb, resume: { afterPosition: bigint; limit: number }) =>
  db
    .selectFrom('outreachEvents')
    .select(['position', 'outreachId', 'tenantId', 'campaignKey', 'revision', 'eventId', 'eventType', 'transition'])
    .select(['deliveryId', 'leg', 'channel', 'attempt', 'reason', 'occurredAt', 'recordedAt'])
    .where('position', '>', resume.afterPosition)
    .orderBy('position')
    .limit(resume.limit);

export const attemptsByMessage = (db: ReadModelDb, ids: readonly ProviderMessage[]) =>
  db
    .selectFrom('outreachAttempts')
    .selectAll()
    .where(
      sql<boolean>`(provider, provider_message_id) in (select * from unnest(${ids.map((id) => id.provider)}::text[], ${ids.map((id) => id.providerMessageId)}::text[]))`,
    );

export const progressNow = (schema: string): RawBuilder<ProgressView> => sql<ProgressView>`select *,
    greatest(0, extract(epoch from clock_timestamp() - caught_up_at))::float8 as seconds_behind,
    greatest(0, head - position) as positions_behind,
    greatest(0, extract(epoch from clock_timestamp() - beat_at))::float8 as silent_seconds
  from ${sql.id(schema, 'projection_progress')} order by name desc`;
