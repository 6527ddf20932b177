import { describe, expect, it } from '@jest/globals';
import { EventReader } from './event.reader.js';
import type { RawEvent } from './recorded.event.js';

/** A stream that somebody appends to after each of the first reads. */
class Busy extends EventReader {
  reads = 0;

  constructor(
    private length: bigint,
    private appends: number,
  ) {
    super({} as never, 1);
  }

  override raw(_stream: string, from: bigint): Promise<RawEvent[] | undefined> {
    this.reads += 1;
    const events: RawEvent[] = [];
    for (let revision = from; revision < this.length; revision += 1n) events.push({ revision } as RawEvent);
    if (this.appends > 0) {
      this.appends -= 1;
      this.length += 1n;
    }
    return Promise.resolve(this.length === 0n ? undefined : events);
  }

  override lastRevision(): Promise<bigint | undefined> {
    return Promise.resolve(this.length - 1n);
  }
}

describe('reading on from the end of a stream', () => {
  it('that stays as it is gives its revision and no event', async () =>
    expect(await new Busy(5n, 0).upTo('s', 5n)).toEqual({ events: [], revision: 4n }));

  it('never names a revision whose event it did not give, though somebody appends between its two reads', async () => {
    const busy = new Busy(5n, 1);
    expect(await busy.upTo('s', 5n)).toEqual({ events: [{ revision: 5n }], revision: 5n });
    expect(busy.reads).toBe(2);
  });

  it('from beyond the end of a stream that was cut says where it ends', async () =>
    expect(await new Busy(3n, 0).upTo('s', 9n)).toEqual({ events: [], revision: 2n }));

  it('of a stream that is not there gives nothing', async () =>
    expect(await new Busy(0n, 0).upTo('s', 0n)).toBeUndefined());

  it('that asks for no event at all ends', async () =>
    expect((await new Busy(5n, 9).upTo('s', 9n, 0))?.events).toEqual([]));
});
