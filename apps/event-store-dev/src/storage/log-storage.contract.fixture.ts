import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { storedEvent } from '../log/events.fixture.js';
import { LAST_REVISION, type StoredEvent } from '../log/stored-event.model.js';
import { FencedError, type LogStorage } from './log-storage.port.js';

export interface StorageUnderTest {
  /** A storage over the same log each time, as a restarted server or a second instance would have. */
  make(): LogStorage;
  /** Lets everything go. */
  dispose(): Promise<void>;
}

const chain = (stream: string, count: number, start = 100n): StoredEvent[] =>
  Array.from({ length: count }, (_, n) =>
    storedEvent({ stream, revision: BigInt(n), position: start + BigInt(n * 77) }),
  );

const plain = (events: readonly StoredEvent[]) =>
  events.map((event) => ({ ...event, data: Buffer.from(event.data), metadata: Buffer.from(event.metadata) }));

/** What every place for the log must keep. */
export function logStorageContract(name: string, fresh: () => Promise<StorageUnderTest>): void {
  const opened = async () => {
    const place = await fresh();
    const storage = place.make();
    await storage.open(() => {});
    return { place, storage, close: async () => (await storage.close(), await place.dispose()) };
  };

  describe(`${name} keeps the log`, () => {
    it('gives back every byte of what was stored, also after it was opened again', async () => {
      const { place, storage } = await opened();
      const bytes = Uint8Array.from({ length: 256 }, (_, n) => n);
      const events = [
        storedEvent({ position: 9n, revision: 0n, stream: 'größe "x", {y} \\ 日本', type: "it's {a},b", data: bytes }),
        storedEvent({
          position: 200n,
          revision: 1n,
          stream: 'größe "x", {y} \\ 日本',
          metadata: bytes,
          data: new Uint8Array(),
        }),
        storedEvent({ position: 2n ** 53n + 1n, revision: LAST_REVISION, stream: randomBytes(1_000).toString('hex') }),
      ];
      await storage.write(events);
      await storage.close();
      const again = place.make();
      expect(await again.open(() => {})).toBe(2n ** 53n + 1n);
      expect(plain(await again.readAll({ from: 0n, direction: 'forwards', limit: 10 }))).toEqual(plain(events));
      await again.close();
      await place.dispose();
    });

    it('reads a stream both ways from a revision inclusive', async () => {
      const { storage, close } = await opened();
      await storage.write([...chain('a', 5), ...chain('b', 2, 1_000n)]);
      const revisions = async (from: bigint, direction: 'forwards' | 'backwards', limit: number) =>
        (await storage.readStream({ stream: 'a', from, direction, limit })).map((event) => Number(event.revision));
      expect(await revisions(1n, 'forwards', 2)).toEqual([1, 2]);
      expect(await revisions(4n, 'forwards', 9)).toEqual([4]);
      expect(await revisions(5n, 'forwards', 9)).toEqual([]);
      expect(await revisions(3n, 'backwards', 2)).toEqual([3, 2]);
      expect(await revisions(LAST_REVISION, 'backwards', 9)).toEqual([4, 3, 2, 1, 0]);
      await close();
    });

    it('reads the log forwards inclusive and backwards exclusive', async () => {
      const { storage, close } = await opened();
      await storage.write(chain('a', 3));
      const positions = async (from: bigint, direction: 'forwards' | 'backwards') =>
        (await storage.readAll({ from, direction, limit: 9 })).map((event) => event.position);
      expect(await positions(177n, 'forwards')).toEqual([177n, 254n]);
      expect(await positions(178n, 'forwards')).toEqual([254n]);
      expect(await positions(254n, 'backwards')).toEqual([177n, 100n]);
      expect(await positions(LAST_REVISION, 'backwards')).toEqual([254n, 177n, 100n]);
      await close();
    });

    it('ends a page early when its bodies are large, but never before the first event', async () => {
      const { storage, close } = await opened();
      const data = Buffer.alloc(3 * 1024 * 1024, 'x');
      await storage.write(chain('a', 3).map((event) => ({ ...event, data })));
      const first = await storage.readAll({ from: 0n, direction: 'forwards', limit: 500 });
      expect(first.length).toBeGreaterThanOrEqual(1);
      expect(first.length).toBeLessThan(3);
      const stream = await storage.readStream({ stream: 'a', from: 0n, direction: 'forwards', limit: 500 });
      expect(stream.length).toBeLessThan(3);
      await close();
    });

    it('knows the ends of streams, with the data of metadata streams only', async () => {
      const { storage, close } = await opened();
      await storage.write([...chain('a', 2), ...chain('$$a', 1, 1_000n)]);
      const tails = await storage.tails(['a', '$$a', 'never']);
      expect(tails.get('a')).toEqual({ revision: 1n });
      expect(Buffer.from(tails.get('$$a')?.data ?? []).toString()).toBe('{"n":1}');
      expect(tails.has('never')).toBe(false);
      await close();
    });

    it('names the events that stand after a revision', async () => {
      const { storage, close } = await opened();
      const events = chain('a', 4);
      await storage.write(events);
      const refs = await storage.refs('a', 1n, 2);
      expect(refs.map(({ id, revision, position }) => ({ id, revision, position }))).toEqual(
        events.slice(1, 3).map(({ id, revision, position }) => ({ id, revision, position })),
      );
      await close();
    });

    it('lets only the instance write that opened the log last, and tells the former one', async () => {
      const { place, storage: former } = await opened();
      let told = () => {};
      const toldOf = new Promise<void>((resolve) => (told = resolve));
      const second = place.make();
      await second.open(told);
      await expect(former.write(chain('a', 1))).rejects.toThrow(FencedError);
      await expect(former.recover()).rejects.toThrow(FencedError);
      await second.write(chain('b', 1, 5_000n));
      const third = place.make();
      await third.open(() => {});
      await toldOf;
      const stored = await third.readAll({ from: 0n, direction: 'forwards', limit: 9 });
      expect(stored.map((event) => event.stream)).toEqual(['b']);
      await Promise.all([former.close(), second.close(), third.close()]);
      await place.dispose();
    });

    it('goes on writing after a recovery', async () => {
      const { storage, close } = await opened();
      await storage.write(chain('a', 2));
      expect(await storage.recover()).toBe(177n);
      await storage.write(chain('b', 1, 5_000n));
      expect(await storage.recover()).toBe(5_000n);
      await close();
    });
  });
}
