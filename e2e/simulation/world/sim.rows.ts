import { ProjectionFencedError, type ProjectionRows, type TakenLease } from '@homing/read-model';
import type { FoldedStateRow, SystemQueries, TransitionRow } from '@homing/read-model';
import { Changes } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';
import type { Random } from '../engine/random.source.js';
import type { Faults } from './fault.profile.js';
import { WeatherError, type Network } from './sim.network.js';
import { ReadTables } from './read.tables.js';

export type RowsPort = ProjectionRows &
  Pick<
    SystemQueries,
    | 'foldedStates'
    | 'dueEntries'
    | 'markWoken'
    | 'eventsAfter'
    | 'staleReservations'
    | 'openReservations'
    | 'campaignMembers'
    | 'restEntries'
    | 'wakeCampaigns'
    | 'suppressions'
  > & {
    takeLease(name: string): Promise<TakenLease>;
  };

interface Checkpoint {
  position: bigint;
  epoch: bigint;
}

/** The read database behind a network that fails: tables that behave as the product's statements make Postgres behave. */
export class SimRows {
  readonly tables = new ReadTables();
  readonly checkpoints = new Map<string, Checkpoint>();
  /** The timetable moved. */
  readonly changes = new Changes();

  constructor(private readonly parts: { network: Network; random: Random; faults: Faults }) {}

  port(life: Life): RowsPort {
    const read = <T>(effect: () => T): Promise<T> =>
      this.parts.network.call(life, { to: 'rows', what: '', effect, refused: weather });
    const write = <T>(what: string, effect: () => T): Promise<T> =>
      this.parts.network.call(life, { to: 'rows', what, effect, refused: weather, unknown: weather });
    return {
      loadFolded: (ids) => read(() => new Map(this.#folded(ids).map((row) => [row.outreachId, row]))),
      foldedStates: (ids) => read(() => this.#maybeStale(ids)),
      commitBatch: (commit) => write(`commit rows up to ${commit.to}`, () => this.#commit(commit)),
      advanceCheckpoint: (lease, advance) => write('', () => this.#advance(lease, advance)),
      takeLease: (name) => write('', () => this.#take(name)),
      eventsAfter: ({ afterPosition, limit }) => read(() => this.#timelineAfter(afterPosition, limit)),
      dueEntries: (due) => read(() => this.tables.due(due)),
      staleReservations: (filter) => read(() => this.tables.stale(filter)),
      openReservations: (outreachId) =>
        read(() => [...this.tables.reservations.values()].filter((row) => row.outreachId === outreachId)),
      campaignMembers: (ids) => read(() => this.tables.campaignMembers(ids)),
      restEntries: (resting) => write('', () => this.#moved(() => this.tables.rest(resting))),
      wakeCampaigns: (wake) => write('', () => this.#moved(() => this.tables.wakeCampaigns(wake))),
      suppressions: (page) => read(() => this.tables.suppressionsPage(page)),
      markWoken: (woken) => write('', () => this.tables.wake(woken)),
    };
  }

  /** Milliseconds from `now` until something may be woken. */
  dueIn(now: number): number | undefined {
    const next = Math.min(...[...this.tables.timetable.values()].map((row) => Date.parse(row.wakeAt)));
    return Number.isFinite(next) ? next - now : undefined;
  }

  /** Milliseconds from `now` until a reservation is `ageMs` old that nothing under way explains. */
  staleIn(now: number, ageMs: number): number | undefined {
    const far = this.tables.stale({ before: '9999-12-31T00:00:00.000Z', limit: 1_000 }).map((each) => each.outreachId);
    const open = [...this.tables.reservations.values()].filter((row) => far.includes(row.outreachId));
    const since = open.map(({ outreachId, reservedAt }) =>
      Math.max(Date.parse(reservedAt), Date.parse(this.tables.outreach.get(outreachId)?.settledAt ?? reservedAt)),
    );
    const next = Math.min(...since) + ageMs + 1;
    return Number.isFinite(next) ? next - now : undefined;
  }

  /** Sets rows and checkpoints back to what a copy holds. */
  restore(copy: { tables: ReadTables; checkpoints: ReadonlyMap<string, Checkpoint> }): void {
    this.tables.become(copy.tables);
    this.checkpoints.clear();
    for (const [name, at] of copy.checkpoints) this.checkpoints.set(name, { ...at });
    this.changes.ring();
  }

  copy(): { tables: ReadTables; checkpoints: Map<string, Checkpoint> } {
    const tables = new ReadTables();
    tables.become(this.tables);
    return { tables, checkpoints: new Map([...this.checkpoints].map(([name, at]) => [name, { ...at }])) };
  }

  #moved<T>(move: () => T): T {
    const moved = move();
    this.changes.ring();
    return moved;
  }

  #commit({ lease, from, to, changes }: Parameters<ProjectionRows['commitBatch']>[0]): void {
    this.#advance(lease, { from, to });
    this.tables.apply(changes);
    this.changes.ring();
  }

  #advance(lease: { name: string; epoch: bigint }, { from, to }: { from: bigint; to: bigint }): void {
    const at = this.checkpoints.get(lease.name);
    if (at?.epoch !== lease.epoch || at.position !== from) throw new ProjectionFencedError(lease.name);
    at.position = to;
  }

  #take(name: string): TakenLease {
    const at = this.checkpoints.get(name) ?? { position: 0n, epoch: 0n };
    at.epoch += 1n;
    this.checkpoints.set(name, at);
    return { name, epoch: at.epoch, position: at.position };
  }

  #folded(ids: readonly string[]): FoldedStateRow[] {
    return ids.flatMap((id) => this.tables.folded.get(id) ?? []);
  }

  #maybeStale(ids: readonly string[]): FoldedStateRow[] {
    const { random, faults } = this.parts;
    return random.chance(faults.now.stale)
      ? ids.flatMap((id) => this.tables.foldedBefore.get(id) ?? [])
      : this.#folded(ids);
  }

  #timelineAfter(position: bigint, limit: number): TransitionRow[] {
    return [...this.tables.timeline.values()]
      .filter((row) => row.position > position)
      .sort((a, b) => (a.position < b.position ? -1 : 1))
      .slice(0, limit);
  }
}

const weather = (): Error => new WeatherError('rows');
