import { ledgerKindOf, parseReservationKey, type BalanceEvent, type PersonEvent } from '@homing/contracts';
import type { LedgerBalanceRow, OpenReservationRow } from '../tables/ledger.tables.js';
import type { StoredEvent } from './stored-event.js';

/** What a batch changes in the books' tables. */
export interface LedgerChanges {
  /** Open after the batch; the batch opened them. */
  readonly opened: readonly OpenReservationRow[];
  /** Gone after the batch, whoever opened them. */
  readonly closed: readonly { readonly stream: string; readonly key: string }[];
  /** Amounts are differences, to be added to what stands. */
  readonly balances: readonly LedgerBalanceRow[];
}

type LedgerEvent = PersonEvent | BalanceEvent;
const TYPES: ReadonlySet<string> = new Set<LedgerEvent['type']>([
  'ContactSlotsChanged',
  'BudgetChanged',
  'QuotaChanged',
]);

/** Gathers the books' changes of a batch, event by event in the order of the store. */
export class LedgerFold {
  readonly #rows = new Map<string, OpenReservationRow | { readonly stream: string; readonly key: string }>();
  readonly #balances = new Map<string, Mutable<LedgerBalanceRow>>();

  /** Passes over events of other streams, and changes it does not know. */
  add(event: StoredEvent): void {
    const kind = ledgerKindOf(event.stream);
    if (kind === undefined || !TYPES.has(event.type)) return;
    const { data } = { type: event.type, data: event.data } as LedgerEvent;
    for (const change of data.changes) {
      const { stream } = event;
      if (kind !== 'person') this.#weigh(event, change as BalanceEvent['data']['changes'][number]);
      // What was given back and sent all the same is open no more.
      if (change.kind === 'booked' && change.kept) this.close({ stream, key: change.key });
      else if (change.kind === 'booked') this.#open(event, { kind: 'slot', key: change.key, amount: 1n });
      else if (change.kind === 'reserved') {
        this.#open(event, {
          kind: kind === 'budget' ? 'money' : 'message',
          key: change.key,
          amount: BigInt(change.amount),
        });
      } else if (change.kind === 'released' || change.kind === 'settled' || change.kind === 'charged')
        this.close({ stream, key: change.key });
    }
  }

  close(reservation: { readonly stream: string; readonly key: string }): void {
    this.#rows.set(`${reservation.stream}\n${reservation.key}`, reservation);
  }

  get changes(): LedgerChanges {
    const rows = [...this.#rows.values()];
    const opened = rows.filter((row): row is OpenReservationRow => 'tenantId' in row);
    const closed = rows.filter((row) => !('tenantId' in row));
    return { opened, closed, balances: [...this.#balances.values()] };
  }

  #open(event: StoredEvent, { kind, key, amount }: Pick<OpenReservationRow, 'kind' | 'key' | 'amount'>): void {
    const of = parseReservationKey(key);
    if (!of) return;
    const { stream, metadata, position } = event;
    const reservedAt = event.created.toISOString();
    const { tenantId } = metadata;
    const row = {
      stream,
      key,
      tenantId,
      outreachId: of.outreachId,
      kind,
      amount,
      reservedAt,
      updatedPosition: position,
    };
    this.#rows.set(`${stream}\n${key}`, row);
  }

  #weigh(event: StoredEvent, change: BalanceEvent['data']['changes'][number]): void {
    const { stream, metadata, position } = event;
    const row = this.#balances.get(stream) ?? balanceRow(stream, metadata.tenantId);
    this.#balances.set(stream, row);
    row.updatedPosition = position;
    switch (change.kind) {
      case 'limited':
        row.limitAmount = change.limit === null ? null : BigInt(change.limit);
        row.limitVersion = change.version;
        return;
      case 'moved':
        // Within its day.
        return;
      case 'reserved':
        row.reserved += BigInt(change.amount);
        return;
      case 'released':
        row.reserved -= BigInt(change.amount);
        return;
      case 'settled':
      case 'charged':
        row.reserved -= BigInt(change.amount);
        row.spent += BigInt(change.charged);
        row.variance += BigInt(Math.max(0, change.charged - change.amount));
    }
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `budget-{campaign}`, `budget-{campaign}.{day}`, `quota-{campaign}.{day}`; of one channel `{campaign}_{channel}` or `{tenant}_{channel}`. */
function balanceRow(stream: string, tenantId: string): Mutable<LedgerBalanceRow> {
  const kind = stream.startsWith('budget-') ? 'money' : 'message';
  const [campaignKey = '', day = null] = stream.slice(stream.indexOf('-') + 1).split('.');
  const none = { limitAmount: null, limitVersion: null, reserved: 0n, spent: 0n, variance: 0n };
  return { stream, tenantId, kind, campaignKey, day, ...none, updatedPosition: 0n };
}
