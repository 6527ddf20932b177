import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  CamelCasePlugin,
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { ReadModelTables } from '../tables/read-model.tables.js';
import {
  insertStatement,
  routingUpsert,
  timetableRemoval,
  timetableUpsert,
  upsertStatement,
} from '../writing/set-wise.writes.js';
import {
  DECISIONS,
  DELIVERY_STATUS,
  FOLDED_STATE,
  OUTREACH,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
} from '../writing/table.columns.js';
import { CONSENT_WORDS } from '../writing/consent.columns.js';
import { BATCH_ITEMS, BATCHES } from '../writing/send-batch.columns.js';
import { encodeCursor } from './cursor.js';
import * as tenant from './outreach.queries.js';
import { progressWrite } from '../writing/progress.writes.js';
import { markWrite } from '../writing/store.mark.js';
import { attemptsByMessage, foldedStatesOf, openCounts, progressNow, transitionsPage } from './system.queries.js';
import { campaignMembers, restTimetable, wakeCampaignTimetable } from './resting.queries.js';
import { decisionsPage, spokenFor } from './decision.queries.js';
import { engagementCounts } from './engagement.queries.js';
import { conversionCounts, lastDelivered, takenDeliveries } from './conversion.queries.js';
import { taskById, taskPage } from './assisted.queries.js';
import { leadById, leadPage } from './lead.queries.js';
import { routingCounts } from './routing.queries.js';
import { recentAttempts } from './recent-attempts.queries.js';
import { recentSendHours, sendHoursBetween } from './send-hour.queries.js';
import { batchCounts, batchItems } from './send-batch.queries.js';
import { silentOutreach } from './silent.queries.js';
import { consentWordsPage } from './consent.queries.js';
import { suppressionsPage } from './suppression.queries.js';
import { dueTimetable, wokenTimetable } from './timetable.queries.js';

const schema = 'read_model';
const db = new Kysely<ReadModelTables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (root) => new PostgresIntrospector(root),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
}).withSchema(schema);

const t = '00000000-0000-4000-8000-000000000001';
const id = '00000000-0000-5000-8000-000000000002';
const now = '2026-01-05T09:00:00.000Z';

const queries: Record<string, Compilable<unknown> | { compile(executor: typeof db): { sql: string } }> = {
  'findOutreach: the outreach': tenant.outreachById(db, t, id),
  'findOutreach: its deliveries': tenant.deliveriesOf(db, t, id),
  'findOutreach: their attempts': tenant.attemptsOf(db, t, id),
  timeline: tenant.timelineOf(db, t, id),
  'listOutreach: first page': tenant.outreachPage(db, { tenantId: t, limit: 50 }),
  'listOutreach: next page, every filter': tenant.outreachPage(db, {
    tenantId: t,
    limit: 50,
    cursor: encodeCursor([now, id]),
    state: 'sent',
    personId: 'p',
    campaignKey: 'c',
  }),
  feedAfter: tenant.feedPage(db, { tenantId: t, afterPosition: 1n, limit: 100 }),
  'listUnknown: next page': tenant.unknownPage(db, {
    tenantId: t,
    limit: 50,
    cursor: encodeCursor([now, `${id}.1`, '1']),
  }),
  'listTasks: next page, every filter': taskPage(db, {
    ...{ tenantId: t, limit: 50, state: 'open', channel: 'linkedin' },
    cursor: encodeCursor([now, `${id}.1`, '1']),
  }),
  findTask: taskById(db, { tenantId: t, deliveryId: `${id}.1`, attempt: 1 }),
  'campaignStatus: which are projected': tenant.projectedOf(db, t, [id]),
  campaignStatus: tenant.campaignCounts(db, t, 'c'),
  findLead: leadById(db, t, id),
  'listLeads: next page of one status': leadPage(db, {
    ...{ tenantId: t, status: 'engaged', cursor: encodeCursor([id]), limit: 50 },
  }),
  campaignMessages: takenDeliveries(db, t, 'c'),
  conversions: conversionCounts(db, t, 'c'),
  recentAttempts: recentAttempts(schema, {
    persons: [{ tenantId: t, personId: id }],
    ...{ channel: 'sms', since: now, until: now, limit: 20 },
  }),
  lastDelivered: lastDelivered(db, { tenantId: t, personId: 'p', campaignKey: 'c', by: now, since: now }),
  routing: routingCounts(db, { tenantId: t, from: now, to: now }),
  'routing: of one campaign and channel': routingCounts(db, {
    ...{ tenantId: t, from: now, to: now },
    ...{ campaignKey: 'c', channel: 'sms' },
  }),
  silentOutreach: silentOutreach(schema, { before: now, since: now, limit: 500 }),
  'silentOutreach: a further page': silentOutreach(schema, {
    ...{ before: now, since: now, limit: 500 },
    after: { acceptedAt: now, outreachId: id },
  }),
  currentPosition: tenant.checkpointPosition(db, 'read-model'),
  foldedStates: foldedStatesOf(db, [id]),
  eventsAfter: transitionsPage(db, { afterPosition: 1n, limit: 500 }),
  openCounts: openCounts(db, now),
  attemptsByProviderMessage: attemptsByMessage(db, [{ provider: 'sendgrid', providerMessageId: 'm' }]),
  dueEntries: dueTimetable(schema, { now, limit: 100 }),
  'dueEntries: of one kind and channel': dueTimetable(schema, { now, limit: 100, kind: 'dispatch', channel: 'email' }),
  markWoken: wokenTimetable(schema, { entries: [], now, nextWakeAt: now }),
  campaignMembers: campaignMembers(db, [id]),
  engagement: engagementCounts(schema, { tenantIds: [t], acceptedSince: now, sentBefore: now, limit: 5000 }),
  'sendHours: for decisions': recentSendHours(schema, {
    tenantIds: [t],
    acceptedSince: now,
    sentBefore: now,
    limit: 5000,
  }),
  'sendHours: for the report': sendHoursBetween(schema, { tenantId: t, from: now, to: now }),
  decisions: decisionsPage(schema, { tenantId: t, from: now, to: now, limit: 2000 }),
  spokenFor: spokenFor(schema, { tenantId: t, campaignKeys: [], before: now }),
  suppressions: suppressionsPage(db, { after: '', limit: 100 }),
  consentWords: consentWordsPage(db, { after: '', limit: 100 }),
  restEntries: restTimetable(schema, []),
  wakeCampaigns: wakeCampaignTimetable(schema, { campaigns: [], now, dueUntil: now }),
  progress: progressNow(schema),
  'write progress': progressWrite(
    schema,
    { name: 'read-model', epoch: 1n },
    { at: now, position: 1n, head: 2n, caughtUp: false, trouble: null, leader: 'projector-1' },
  ),
  'write the mark': markWrite(schema, { generation: 0, position: '1', stream: 's', revision: '0', recordedAt: now }),
  'write outreach': upsertStatement(schema, OUTREACH, []),
  'write delivery_status': upsertStatement(schema, DELIVERY_STATUS, []),
  'write outreach_attempts': upsertStatement(schema, OUTREACH_ATTEMPTS, []),
  'write outreach_events': insertStatement(schema, OUTREACH_EVENTS, []),
  'write decisions': insertStatement(schema, DECISIONS, []),
  'write folded_state': upsertStatement(schema, FOLDED_STATE, []),
  'write consent_words': insertStatement(schema, CONSENT_WORDS, []),
  'write routing_hours': routingUpsert(schema, []),
  'batches: counts': batchCounts(db, t, id),
  'batches: items by place': batchItems(db, { tenantId: t, batchId: id, wish: { indexes: [1] } }),
  'batches: items of one state': batchItems(db, {
    tenantId: t,
    batchId: id,
    wish: { state: 'sent', after: 1, limit: 50 },
  }),
  'write batches': upsertStatement(schema, BATCHES, []),
  'write batch_items': insertStatement(schema, BATCH_ITEMS, []),
  'timetable: take away': timetableRemoval(schema, [], []),
  'timetable: write': timetableUpsert(schema, []),
};

const file = new URL('./compiled.sql', import.meta.url);

describe('compiled SQL', () => {
  it('is what compiled.sql says (WRITE_SQL=1 writes it; read the difference in review)', () => {
    const text = Object.entries(queries).map(([name, query]) => `-- ${name}\n${query.compile(db).sql};\n`);
    const compiled = [
      '-- What the queries and writes of this room send to Postgres. Written by compiled-sql.spec.ts.\n',
      ...text,
    ].join('\n');
    if (process.env['WRITE_SQL'] === '1') writeFileSync(file, compiled);
    expect(compiled).toBe(readFileSync(file, 'utf8'));
  });
});
