import type {
  AttemptRow,
  BatchChanges,
  CampaignMember,
  DeliveryRow,
  DueFilter,
  FoldedStateRow,
  LedgerBalanceRow,
  OpenReservationRow,
  OutreachRow,
  Resting,
  SuppressionRow,
  TimelineRow,
  TimetableRow,
  WakeCampaigns,
  Woken,
} from '@homing/read-model';
import type { ContactsPage } from '../../../libs/read-model/src/queries/suppression.queries.js';
import type { StaleFilter, StaleReservation } from '../../../libs/read-model/src/queries/ledger.queries.js';
import {
  DELIVERY_STATUS,
  FOLDED_STATE,
  LEDGER_BALANCES,
  OPEN_RESERVATIONS,
  OUTREACH,
  OUTREACH_ATTEMPTS,
  OUTREACH_EVENTS,
  type TableWrite,
} from '../../../libs/read-model/src/writing/table.columns.js';

/** The tables of the read model in memory; what its SQL says (`set-wise.writes`, `timetable.queries`) said in plain code. */
export class ReadTables {
  readonly outreach = new Map<string, OutreachRow>();
  readonly deliveries = new Map<string, DeliveryRow>();
  readonly attempts = new Map<string, AttemptRow>();
  readonly timeline = new Map<string, TimelineRow>();
  readonly folded = new Map<string, FoldedStateRow>();
  readonly timetable = new Map<string, TimetableRow>();
  readonly reservations = new Map<string, OpenReservationRow>();
  readonly balances = new Map<string, LedgerBalanceRow>();
  readonly suppressions = new Map<string, SuppressionRow>();
  /** What stood in `folded` before its last change: what a reader that is behind sees. */
  readonly foldedBefore = new Map<string, FoldedStateRow>();

  /** Position of the last recorded event in the timeline. */
  latest = 0n;

  apply(changes: BatchChanges): void {
    for (const row of changes.timeline) {
      const key = keyOf(row, OUTREACH_EVENTS);
      if (!this.timeline.has(key)) this.timeline.set(key, row);
      if (row.position > this.latest) this.latest = row.position;
    }
    upsert(this.outreach, OUTREACH, changes.outreach);
    upsert(this.deliveries, DELIVERY_STATUS, changes.deliveries);
    upsert(this.attempts, OUTREACH_ATTEMPTS, changes.attempts);
    for (const row of changes.folded) {
      const before = this.folded.get(row.outreachId);
      if (before) this.foldedBefore.set(row.outreachId, before);
    }
    upsert(this.folded, FOLDED_STATE, changes.folded);
    this.#applyTimetable(changes);
    this.#applyLedgers(changes.ledgers);
    for (const row of changes.suppressions) {
      const key = `${row.fingerprint} ${row.reason}`;
      const known = this.suppressions.get(key);
      this.suppressions.set(key, known ? latestWord(known, row) : row);
    }
  }

  /** Every row of the next addresses after one. */
  suppressionsPage({ after, limit }: ContactsPage): SuppressionRow[] {
    const further = [...this.suppressions.values()].filter(({ fingerprint }) => fingerprint > after);
    const page = [...new Set(further.map(({ fingerprint }) => fingerprint))].sort().slice(0, limit);
    return further
      .filter(({ fingerprint }) => page.includes(fingerprint))
      .sort((a, b) => compare(a.fingerprint, b.fingerprint) || compare(a.reason, b.reason));
  }

  /** Within a tenant by urgency, then due time; tenants take turns. */
  due({ now, limit, kind, except, channel }: DueFilter): TimetableRow[] {
    const matching = [...this.timetable.values()].filter(
      ({ wakeAt, kind: of, channel: on }) =>
        wakeAt <= now && (!kind || of === kind) && of !== except && (!channel || on === channel),
    );
    const turns = [...Map.groupBy(matching, (row) => row.tenantId).values()].flatMap((rows) =>
      rows
        .sort(byUrgency)
        .slice(0, limit)
        .map((row, turn) => ({ row, turn })),
    );
    return turns
      .sort((a, b) => a.turn - b.turn || byUrgency(a.row, b.row))
      .slice(0, limit)
      .map(({ row }) => row);
  }

  wake({ entries, now, nextWakeAt }: Woken): TimetableRow[] {
    return entries.flatMap((seen) => {
      const row = this.timetable.get(entryKey(seen));
      if (row?.attempt !== seen.attempt || row.wakes !== seen.wakes) return [];
      const woken = { ...row, wakes: row.wakes + 1, lastWakeAt: now, wakeAt: nextWakeAt };
      this.timetable.set(entryKey(seen), woken);
      return [woken];
    });
  }

  /** Outreach whose reservations nothing under way explains: never decided, refused, or settled with no attempt to come. */
  stale({ before, limit }: StaleFilter): StaleReservation[] {
    const awaited = new Set([...this.timetable.values()].map(({ outreachId }) => outreachId));
    const found = new Map<string, StaleReservation & { readonly since: string }>();
    for (const { outreachId, tenantId, reservedAt } of this.reservations.values()) {
      const of = this.outreach.get(outreachId);
      const over = of?.settledAt != null && of.settledAt < before && !awaited.has(outreachId);
      const unexplained = !of || of.refusalStep !== null || over;
      const known = found.get(outreachId);
      if (reservedAt < before && unexplained && (!known || reservedAt < known.since))
        found.set(outreachId, { outreachId, tenantId, since: reservedAt });
    }
    return [...found.values()]
      .sort((a, b) => compare(a.since, b.since))
      .slice(0, limit)
      .map(({ since: _since, ...each }) => each);
  }

  rest(resting: readonly Resting[]): void {
    for (const { entry, until } of resting) {
      const row = this.timetable.get(entryKey(entry));
      if (row?.wakeAt === entry.wakeAt) this.timetable.set(entryKey(entry), { ...row, wakeAt: until });
    }
  }

  wakeCampaigns({ campaigns, now, dueUntil }: WakeCampaigns): number {
    const wanted = new Set(campaigns.map(({ tenantId, campaignKey }) => `${tenantId} ${campaignKey}`));
    const waiting = [...this.timetable].filter(([, { kind, dueAt, outreachId, tenantId }]) => {
      const key = `${tenantId} ${this.outreach.get(outreachId)?.campaignKey}`;
      return kind === 'dispatch' && dueAt <= dueUntil && wanted.has(key);
    });
    for (const [key, row] of waiting) {
      const wakeAt = row.wakeAt < now ? row.wakeAt : now;
      this.timetable.set(key, { ...row, wakeAt, wakes: Math.max(1, row.wakes) });
    }
    return waiting.length;
  }

  campaignMembers(outreachIds: readonly string[]): CampaignMember[] {
    return outreachIds.flatMap((id) => {
      const row = this.outreach.get(id);
      if (!row?.campaignKey) return [];
      const { outreachId, tenantId, campaignKey, expiresAt } = row;
      return [{ outreachId, tenantId, campaignKey, expiresAt }];
    });
  }

  become(other: ReadTables): void {
    this.latest = other.latest;
    for (const name of [
      'reservations',
      'balances',
      'suppressions',
      'outreach',
      'deliveries',
      'attempts',
      'timeline',
      'folded',
      'timetable',
      'foldedBefore',
    ] as const) {
      const mine = this[name] as Map<string, unknown>;
      mine.clear();
      for (const [key, row] of other[name]) mine.set(key, row);
    }
  }

  #applyTimetable({ folded, timetable }: BatchChanges): void {
    const touched = new Set(folded.map((row) => row.outreachId));
    const kept = new Set(timetable.map(entryKey));
    for (const [key, row] of this.timetable)
      if (touched.has(row.outreachId) && !kept.has(key)) this.timetable.delete(key);
    for (const row of timetable) {
      const known = this.timetable.get(entryKey(row));
      const same = known?.attempt === row.attempt;
      this.timetable.set(entryKey(row), {
        ...row,
        wakeAt: known && same && known.dueAt === row.dueAt ? known.wakeAt : row.wakeAt,
        wakes: known && same ? known.wakes : 0,
        lastWakeAt: known && same ? known.lastWakeAt : null,
      });
    }
  }

  #applyLedgers({ opened, closed, balances }: BatchChanges['ledgers']): void {
    upsert(this.reservations, OPEN_RESERVATIONS, opened);
    for (const row of closed) this.reservations.delete(keyOf(row, { key: ['stream', 'key'] }));
    for (const row of balances) {
      const key = keyOf(row, LEDGER_BALANCES);
      const known = this.balances.get(key);
      const { limitAmount, limitVersion } = row.limitVersion === null && known ? known : row;
      const [reserved, spent, variance] = (['reserved', 'spent', 'variance'] as const).map(
        (name) => (known?.[name] ?? 0n) + row[name],
      ) as [bigint, bigint, bigint];
      this.balances.set(key, {
        ...(known ?? row),
        limitAmount,
        limitVersion,
        reserved,
        spent,
        variance,
        updatedPosition: row.updatedPosition,
      });
    }
  }
}

/** Of suppressing and of lifting the latest each. */
function latestWord(known: SuppressionRow, row: SuppressionRow): SuppressionRow {
  const newer = (row.suppressedAt ?? '') > (known.suppressedAt ?? '');
  const { suppressedAt, saidBy, note } = newer ? row : known;
  const liftedAt = (row.liftedAt ?? '') > (known.liftedAt ?? '') ? row.liftedAt : known.liftedAt;
  return { ...row, channel: known.channel, mask: row.mask ?? known.mask, suppressedAt, saidBy, note, liftedAt };
}

const entryKey = (row: Pick<TimetableRow, 'deliveryId' | 'kind'>): string => `${row.deliveryId} ${row.kind}`;

function keyOf<Row extends object>(row: Row, write: Pick<TableWrite<Row>, 'key'>): string {
  return write.key.map((column) => String(row[column])).join(' ');
}

function upsert<Row extends object>(table: Map<string, Row>, write: TableWrite<Row>, rows: readonly Row[]): void {
  for (const row of rows) {
    const key = keyOf(row, write);
    const known = table.get(key);
    const kept = known ? (write.sticky ?? []).filter((column) => row[column] === null) : [];
    table.set(
      key,
      known ? Object.assign({ ...row }, Object.fromEntries(kept.map((column) => [column, known[column]]))) : row,
    );
  }
}

const byUrgency = (a: TimetableRow, b: TimetableRow): number =>
  a.urgencyRank - b.urgencyRank ||
  compare(a.dueAt, b.dueAt) ||
  compare(a.deliveryId, b.deliveryId) ||
  compare(a.kind, b.kind);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
