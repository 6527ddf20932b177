import { describe, expect, it } from '@jest/globals';
import { laterMark, type StoreMark } from '@homing/contracts';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { appendConfirmation, readRestores } from '@homing/restore-watch';
import type { CheckResult } from '@homing/service-kit';
import { put, storeOf } from '../../../../libs/restore-watch/src/restored-store.fixture.js';
import { silent } from '../projector.fixture.js';
import { MarkKeeper, type MarkPlace, type SeenLast } from './mark.keeper.js';

/** A place that keeps the later mark, and may be away. */
class Place implements MarkPlace {
  readonly name = 'place';
  mark: StoreMark | undefined;
  away = false;
  writes = 0;
  readonly read = () => (this.away ? Promise.reject(new Error('away')) : Promise.resolve(this.mark));
  readonly keep = async (mark: StoreMark) => {
    if (this.away) throw new Error('away');
    this.writes += 1;
    this.mark = laterMark(this.mark, mark);
  };
}

async function stage(streams: readonly string[]) {
  const under = {
    store: await storeOf(streams),
    seen: undefined as SeenLast | undefined,
    rows: undefined as StoreMark | undefined,
  };
  const places = [new Place(), new Place()];
  let health: CheckResult = { status: 'up' };
  const keeper = new MarkKeeper({
    store: {
      headPosition: () => under.store.headPosition(),
      hasEventsAfter: (position) => under.store.hasEventsAfter(position),
      readStream: (stream, options) => under.store.readStream(stream, options),
    },
    ...{ places, lastSeen: () => under.seen, fromRows: () => Promise.resolve(under.rows), logger: silent },
    ...{ now: () => new Date('2026-05-01T12:00:00.000Z'), onHealth: (now: CheckResult) => (health = now) },
  });
  /** The projector sees another event. */
  const see = async (stream: string): Promise<StoreMark> => {
    const { generation: _, ...seen } = await put(under.store, stream);
    under.seen = seen;
    return { generation: 0, ...seen };
  };
  const kept = () => places.map((place) => place.mark);
  return { under, places, keeper, see, kept, health: () => health };
}
const lived = ['a', 'b', 'a'];

describe('the mark', () => {
  it('follows what is seen, in every place, and is written only when it moved', async () => {
    const { keeper, see, kept, places } = await stage(lived);
    const first = await see('c');
    await keeper.look();
    expect(kept()).toEqual([first, first]);
    const second = await see('c');
    await keeper.look();
    await keeper.look();
    expect(kept()).toEqual([second, second]);
    expect(places.map((place) => place.writes)).toEqual([2, 2]);
  });

  it('is brought to a place that lost it or has an older one, and taken from one that has a later one', async () => {
    const { keeper, see, kept, places, under } = await stage(lived);
    const older = await see('c');
    const later = await see('c');
    under.seen = undefined;
    places[0]!.mark = later;
    places[1]!.mark = older;
    await keeper.look();
    expect(kept()).toEqual([later, later]);
    places[0]!.mark = undefined;
    await keeper.look();
    expect(kept()).toEqual([later, later]);
  });

  it('is kept where it can be while the other place is away, and there when it is back', async () => {
    const { keeper, see, places } = await stage(lived);
    const mark = await see('c');
    places[1]!.away = true;
    await expect(keeper.look()).rejects.toThrow('away');
    expect(places[0]!.mark).toEqual(mark);
    places[1]!.away = false;
    await keeper.look();
    expect(places[1]!.mark).toEqual(mark);
  });

  it('begins with what is in the rows where nobody has kept one', async () => {
    const { keeper, kept, under } = await stage(lived);
    under.rows = await put(under.store, 'c');
    await keeper.look();
    expect(kept()).toEqual([under.rows, under.rows]);
  });
});

describe('a restored store', () => {
  it('is told by the mark: it says since when, stays where it is, and the projector is not ready', async () => {
    const { keeper, see, kept, under, health } = await stage(lived);
    const mark = await see('c');
    await keeper.look();
    under.store = await storeOf(lived);
    for (let n = 0; n < 3; n += 1) {
      under.seen = await put(under.store, `new-${n}`);
      await keeper.look();
    }
    const missing = { ...mark, missingSince: '2026-05-01T12:00:00.000Z' };
    expect(kept()).toEqual([missing, missing]);
    expect(health()).toMatchObject({ status: 'down', reason: expect.stringContaining('EVENT_STORE_RESTORED') });
  });

  it('once confirmed is marked anew: by the confirmation, then by what is seen since', async () => {
    const { keeper, see, kept, under, places, health } = await stage(lived);
    await see('c');
    await keeper.look();
    under.store = await storeOf(lived);
    await keeper.look();
    const confirmation = { head: '0', keptUntil: '2026-05-01T10:00:00.000Z', dueBefore: '2026-05-01T11:00:00.000Z' };
    const by = { confirmedAt: '2026-05-01T12:30:00.000Z', by: 'spec' };
    const next = await appendConfirmation(under.store, await readRestores(under.store), { ...confirmation, ...by });
    places[0]!.mark = next;
    await keeper.look();
    expect(kept()).toEqual([next, next]);
    expect(health()).toEqual({ status: 'up' });
    const seen = await see('d');
    await keeper.look();
    expect(kept()).toEqual([
      { ...seen, generation: 1 },
      { ...seen, generation: 1 },
    ]);
  });

  it('that was another one, which answered for a while, leaves no mark of what was seen of it', async () => {
    const { keeper, see, kept, under, health } = await stage(lived);
    const mark = await see('c');
    await keeper.look();
    const right = under.store;
    under.store = await storeOf([...lived, ...lived, 'x']);
    const { generation: _, ...strange } = await put(under.store, 'y');
    under.seen = strange;
    under.store = right;
    await keeper.look();
    expect(kept()).toEqual([mark, mark]);
    await keeper.look();
    expect(health()).toEqual({ status: 'up' });
  });

  it('that is nothing but empty is no new one', async () => {
    const { keeper, see, under, health } = await stage(lived);
    await see('c');
    await keeper.look();
    under.store = new InMemoryEventStore();
    await keeper.look();
    expect(health()).toMatchObject({ status: 'down' });
  });
});
