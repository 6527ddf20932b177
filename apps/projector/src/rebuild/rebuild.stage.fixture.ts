import type { BatchCommand } from '@homing/domain';
import { changeBatch } from '@homing/event-store/batch';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { createSystemQueries, type ReadModelConnection, type SystemQueries } from '@homing/read-model';
import { makeReadDatabase, type ReadDatabase } from '../../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { runElections, type ElectionParts } from '../lead/election.loop.js';
import { append, FakeBus, silent, StatusBoard, until } from '../projector.fixture.js';
import { rebuildInto, type RebuildOptions, type RebuildReport } from './read-model.rebuild.js';

/** A store, a read database of its own and a projector that may lead: real Postgres, elections and publication included. */
export class RebuildStage {
  store = new InMemoryEventStore();
  readonly bus = new FakeBus();
  readonly board = new StatusBoard();
  #leading: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  private constructor(
    readonly database: ReadDatabase,
    readonly live: ReadModelConnection,
    readonly queries: SystemQueries,
  ) {}

  static async set(): Promise<RebuildStage> {
    const database = await makeReadDatabase();
    const live = database.connect('system');
    return new RebuildStage(database, live, createSystemQueries(live));
  }

  lead(more: Partial<ElectionParts> = {}): void {
    const stop = new AbortController();
    const parts = {
      ...{ store: this.store, readModel: this.live, queries: this.queries, logger: silent, instance: 'projector-1' },
      ...{ publisher: this.bus.publisher, bus: { notify: this.bus.notify }, onStatus: this.board.onStatus },
      ...{ connectionString: this.database.urlOf('system'), timing: { tryMs: 20 }, progress: { everyMs: 20 } },
      ...more,
    };
    this.#leading = { stop, ended: runElections(parts, stop.signal) };
  }

  async stopLeading(): Promise<void> {
    this.#leading?.stop.abort();
    await this.#leading?.ended;
    this.#leading = undefined;
  }

  /** One outreach from request to delivery. */
  async life(n: number): Promise<void> {
    await append(this.store, n, (s) => [...s.intake, s.started(), s.accepted()]);
    await append(this.store, n, (s) => [s.fact('delivered', 110), s.settled('delivered')]);
  }

  /** One that waits for its time. */
  waiting(n: number): Promise<void> {
    return append(this.store, n, (s) => s.intake);
  }

  /** A call with three recipients, handed over in two chunks. */
  async batch(): Promise<void> {
    const [batchId, tenantId] = ['00000000-0000-5000-8000-0000000000b1', '0a6f2c8e-6c0e-4b43-9d0c-0000000000b1'];
    const now = '2026-05-01T10:00:00.000Z';
    const placeOf = (index: number) => ({ index, outreachId: `00000000-0000-5000-8000-00000000000${index}` });
    const counts = { items: 3, accepted: 3, refused: 0, chunkSize: 2, chunks: 2 };
    const commands: BatchCommand[] = [
      { kind: 'accept', batchId, tenantId, ...counts, receivedAt: now, acceptedAt: now },
      { kind: 'expand', chunk: 0, items: [0, 1].map(placeOf), now },
      { kind: 'expand', chunk: 1, items: [placeOf(2)], now },
    ];
    for (const command of commands) {
      await changeBatch(this.store, { batchId, tenantId, command, now, recordedBy: 'spec' });
    }
  }

  async allProjected(): Promise<void> {
    const isIn = async () => (await this.queries.currentPosition()) === (await this.store.headPosition());
    await until(isIn, 'everything projected');
  }

  async positions(): Promise<string[]> {
    const rows = await this.queries.eventsAfter({ afterPosition: 0n, limit: 10_000 });
    return rows.map((row) => row.position.toString());
  }

  async allPublished(): Promise<void> {
    await until(async () => {
      const stored = new Set(this.bus.stored.map((message) => message.key));
      return (await this.positions()).every((position) => stored.has(position));
    }, 'everything published');
  }

  rebuild(schema: string, more: Partial<RebuildOptions> = {}): Promise<RebuildReport> {
    return rebuildInto({
      ...{ store: this.store, ownerUrl: this.database.ownerUrl, systemUrl: this.database.urlOf('system') },
      ...{ schema, roles: this.database.roles },
      ...more,
    });
  }

  async strike(): Promise<void> {
    await this.stopLeading();
    await this.store.dispose();
    await this.database.drop();
  }
}
