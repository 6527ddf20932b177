import type { EventRef, StoredEvent } from './stored-event.model.js';

/**
 * Remembers the ids written last, for repeats of appends that expect `any` or `stream_exists`. Bounded and lost at a
 * restart, as on a real node: such repeats are recognised with best effort only.
 */
export class RecentIds {
  private readonly places = new Map<string, StoredEvent | (EventRef & { stream: string })>();

  constructor(private readonly limit = 20_000) {}

  find(stream: string, id: string): EventRef | undefined {
    const place = this.places.get(id);
    return place?.stream === stream ? place : undefined;
  }

  add({ id, stream, revision, position }: StoredEvent): void {
    this.places.set(id, { id, stream, revision, position });
    if (this.places.size <= this.limit) return;
    for (const oldest of this.places.keys()) {
      this.places.delete(oldest);
      return;
    }
  }
}
