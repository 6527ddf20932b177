import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { epochNow } from './open.loop.js';

/** One event of one outreach, seen in the read model. Epoch milliseconds. */
export interface Sighting {
  readonly outreachId: string;
  readonly transition: string;
  /** The store's own clock, at the beginning of the commit. */
  readonly recordedAt: number;
  /** When the row was seen: up to one look later than it stood there. */
  readonly seenAt: number;
}

const LOOK_EVERY_MS = 20;
const SQL = `select position, outreach_id, transition, extract(epoch from recorded_at)::float8 * 1000 as recorded_at
  from (select * from read_model.outreach_events where position > $1 order by position limit 1000) as news`;
const WATCHED = new Set(['decided', 'delivered']);

/** Looks at the read model as a reader would, again and again: what it sees is projected. */
export class ProjectionObserver {
  readonly #sightings: Sighting[] = [];
  #position = '0';
  #stopped = false;
  #looking: Promise<void> | undefined;
  readonly #seen = { decided: 0, delivered: 0 } as Record<string, number>;

  private constructor(private readonly client: pg.Client) {}

  /** From now on; what stands there already is passed over. */
  static async start(connectionString: string): Promise<ProjectionObserver> {
    const client = new pg.Client({ connectionString, application_name: 'bench' });
    await client.connect();
    // Along the index, whatever the planner believes about positions: looking should cost next to nothing.
    await client.query('set enable_seqscan = off; set enable_bitmapscan = off; set enable_sort = off');
    const observer = new ProjectionObserver(client);
    const { rows } = await client.query<{ position: string }>(
      `select coalesce(max(position), 0)::text as position from read_model.outreach_events`,
    );
    observer.#position = rows[0]?.position ?? '0';
    observer.#looking = observer.#look();
    return observer;
  }

  seen(transition: 'decided' | 'delivered'): number {
    return this.#seen[transition] ?? 0;
  }

  /** What was seen. Repeated calls share one stop. */
  async stop(): Promise<readonly Sighting[]> {
    if (!this.#stopped) {
      this.#stopped = true;
      await this.#looking;
      await this.client.end();
    }
    return this.#sightings;
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      const { rows } = await this.client.query<{
        position: string;
        outreach_id: string;
        transition: string;
        recorded_at: number;
      }>({ name: 'look', text: SQL, values: [this.#position] });
      const seenAt = epochNow();
      for (const { outreach_id: outreachId, transition, recorded_at: recordedAt } of rows) {
        if (!WATCHED.has(transition)) continue;
        this.#sightings.push({ outreachId, transition, recordedAt, seenAt });
        this.#seen[transition] = (this.#seen[transition] ?? 0) + 1;
      }
      this.#position = rows.at(-1)?.position ?? this.#position;
      if (rows.length < 1_000) await pause(LOOK_EVERY_MS);
    }
  }
}
