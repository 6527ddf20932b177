import type { Publisher } from '@homing/messaging';
import type { SystemQueries, TransitionRow } from '@homing/read-model';
import { backoffDelay, systemTiming } from '@homing/service-kit';
import { WalkAbortedError } from '../operate/aborted.error.js';
import { paceOf, type Pace } from '../operate/walk.pace.js';
import { transitionMessage, wavesOf } from '../publish-transitions/transition.message.js';

/** Header of a message that was published again: names the run. */
export const REPUBLISHED_HEADER = 'Homing-Republished';

export interface Republication {
  readonly queries: Pick<SystemQueries, 'eventsAfter'>;
  /** Absent: nothing is published, only counted. */
  readonly publisher?: Pick<Publisher, 'publishMany'>;
  /** First and last position, both included. */
  readonly from: bigint;
  readonly to: bigint;
  /**
   * Names this run, in each message id: so the bus takes what it has had before, and still knows a repeat of this run. Plain words
   * and digits.
   */
  readonly run: string;
  /** Only of this tenant. Default: of all. */
  readonly tenantId?: string;
  /** Most events a second. Default: as fast as the bus acknowledges. */
  readonly perSecond?: number;
  readonly signal: AbortSignal;
  readonly onPace?: (pace: Pace) => void;
  /** What holds it up and is tried again. */
  readonly onTrouble?: (error: unknown) => void;
}

export interface RepublishReport {
  readonly events: number;
  /** How many of each transition. */
  readonly transitions: Readonly<Record<string, number>>;
  readonly first: Pick<TransitionRow, 'position' | 'recordedAt'> | undefined;
  readonly last: Pick<TransitionRow, 'position' | 'recordedAt'> | undefined;
}

const PAGE_SIZE = 500;

/**
 * Publishes integration events again, in their order for each outreach, beside a projector that goes on: it moves no checkpoint.
 * What the bus does not take is tried again without limit.
 * @throws WalkAbortedError when `signal` aborts, with the position from which to go on (exclusive); what the database threw
 */
export async function republish(parts: Republication): Promise<RepublishReport> {
  const { queries, from, to, tenantId, signal, perSecond = Infinity } = parts;
  const begun = systemTiming.monotonic();
  const count = new Count();
  for (let position = from - 1n; position < to;) {
    if (signal.aborted) throw new WalkAbortedError(position);
    const limit = Math.max(1, Math.min(PAGE_SIZE, perSecond));
    const page = (await queries.eventsAfter({ afterPosition: position, limit })).filter((row) => row.position <= to);
    const mine = tenantId === undefined ? page : page.filter((row) => row.tenantId === tenantId);
    await publishUntilTaken(parts, mine, position);
    count.add(mine);
    position = page.length === limit ? (page.at(-1)?.position ?? to) : to;
    const seconds = (systemTiming.monotonic() - begun) / 1_000;
    parts.onPace?.(paceOf({ events: count.events, from: from - 1n, position, end: to, seconds }));
    const aheadMs = (count.events / perSecond - seconds) * 1_000;
    if (parts.publisher && aheadMs > 0) await systemTiming.sleep(aheadMs, signal).catch(() => undefined);
  }
  return count.report;
}

async function publishUntilTaken(parts: Republication, rows: readonly TransitionRow[], done: bigint): Promise<void> {
  const { publisher, run, signal, onTrouble } = parts;
  for (const wave of publisher ? wavesOf(rows) : []) {
    const messages = wave.map((row) => again(row, run));
    for (let failures = 0; ; failures += 1) {
      const results = (await publisher?.publishMany(messages)) ?? [];
      const failed = results.find((result) => result.status === 'rejected');
      if (failed?.status !== 'rejected') break;
      onTrouble?.(failed.reason);
      if (signal.aborted) throw new WalkAbortedError(done);
      await systemTiming.sleep(backoffDelay(failures, { baseMs: 100, capMs: 5_000 }), signal).catch(() => undefined);
    }
  }
}

/** The same event as before, as a message of its own. */
function again(row: TransitionRow, run: string) {
  const message = transitionMessage(row);
  return { ...message, key: `again:${run}:${message.key}`, headers: { [REPUBLISHED_HEADER]: run } };
}

class Count {
  events = 0;
  readonly #transitions = new Map<string, number>();
  #first: TransitionRow | undefined;
  #last: TransitionRow | undefined;

  add(rows: readonly TransitionRow[]): void {
    this.events += rows.length;
    for (const { transition } of rows) this.#transitions.set(transition, (this.#transitions.get(transition) ?? 0) + 1);
    this.#first ??= rows[0];
    this.#last = rows.at(-1) ?? this.#last;
  }

  get report(): RepublishReport {
    const edge = (row: TransitionRow | undefined) => row && { position: row.position, recordedAt: row.recordedAt };
    const transitions = Object.fromEntries([...this.#transitions].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return { events: this.events, transitions, first: edge(this.#first), last: edge(this.#last) };
  }
}
