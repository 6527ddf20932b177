import type { OutreachState } from '@homing/domain';
import type { Folded } from '@homing/event-store';

type States = ReadonlyMap<string, Folded<OutreachState>>;

/**
 * The outreaches whose facts were recorded here last, as they stood then. A provider tells of one message in several posts, faster than
 * the projection comes along: what was recorded from the first is known for the second. Like every folded state it may be behind,
 * which costs a conflict and nothing else.
 */
export class RecentOutreaches {
  readonly #states = new Map<string, Folded<OutreachState>>();

  /** @param capacity how many are kept; the oldest are dropped first */
  constructor(private readonly capacity = 1_000) {}

  note(outreachId: string, { state, revision, traceparent }: Folded<OutreachState>): void {
    this.#states.delete(outreachId);
    this.#states.set(outreachId, { state, revision, ...(traceparent === undefined ? {} : { traceparent }) });
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= this.capacity) return;
      this.#states.delete(oldest);
    }
  }

  /** Of both the later one. */
  over(outreachId: string, projected: States): Folded<OutreachState> | undefined {
    const [seen, known] = [this.#states.get(outreachId), projected.get(outreachId)];
    if (!seen || !known) return seen ?? known;
    return place(seen) > place(known) ? { traceparent: known.traceparent, ...seen } : known;
  }
}

const place = ({ revision }: Folded<OutreachState>): bigint => (revision === 'no_stream' ? -1n : revision);
