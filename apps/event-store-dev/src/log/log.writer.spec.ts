import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FencedError, type LogStorage, UnknownCommitError } from '../storage/log-storage.port.js';
import { MemoryLog, MemoryStorage } from '../storage/memory.storage.js';
import { openEventLog } from './event.log.js';
import { newEvent } from './events.fixture.js';
import type { Expected, NewEvent, StoredEvent } from './stored-event.model.js';

/** A storage whose next writes can be made to fail, and which counts its commits. */
class FaultyStorage extends MemoryStorage {
  commits = 0;
  faults: ('lost-before' | 'lost-after' | 'refused' | 'fenced' | 'none')[] = [];
  unreachable = 0;

  override async write(events: readonly StoredEvent[]): Promise<void> {
    const fault = this.faults.shift();
    if (fault === 'refused') throw new Error('the disk is full');
    if (fault === 'fenced') throw new FencedError();
    if (fault !== 'lost-before') await super.write(events);
    if (fault === 'lost-before' || fault === 'lost-after') throw new UnknownCommitError('lost');
    this.commits += 1;
  }

  override async recover(): Promise<bigint> {
    if (this.unreachable-- > 0) throw new Error('nobody there');
    return super.recover();
  }
}

const open = async (storage: LogStorage = new MemoryStorage(), onFenced = () => {}, patience = 10_000) => {
  const log = await openEventLog({ storage, onFenced, patience });
  const append = (stream: string, expected: Expected, ...events: NewEvent[]) =>
    log.writer.submit({ kind: 'append', stream, expected, events });
  const ids = async (stream: string) => {
    const page = await storage.readStream({ stream, from: 0n, direction: 'forwards', limit: 1_000 });
    return page.map(({ id }) => id);
  };
  return { log, append, ids };
};

describe('the writer', () => {
  it('stores everything that waits in one commit, each decided on what stands before it', async () => {
    const storage = new FaultyStorage();
    const { append, ids } = await open(storage);
    const before = storage.commits;
    const [a, b, c] = [newEvent(), newEvent(), newEvent()];
    const outcomes = await Promise.all([
      append('s', 'no_stream', a),
      append('s', 'no_stream', b),
      append('s', 0n, c),
      append('s', 'no_stream', a),
      append('t', 'stream_exists', newEvent()),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'written',
      'wrong-version',
      'written',
      'written',
      'wrong-version',
    ]);
    expect(outcomes[3]).toEqual(outcomes[0]);
    expect(storage.commits).toBe(before + 1);
    expect(await ids('s')).toEqual([a.id, c.id]);
  });

  it('recognises a repeat that lies partly in storage and partly in the same commit', async () => {
    const { append } = await open();
    const [a, b] = [newEvent(), newEvent()];
    await append('s', 'no_stream', a);
    const [, repeat] = await Promise.all([append('s', 0n, b), append('s', 'no_stream', a, b)]);
    expect(repeat).toMatchObject({ kind: 'written', revision: 1n });
  });

  it('gives positions that rise and are never dense', async () => {
    const { append, log } = await open();
    let last = log.head();
    for (let n = 0; n < 20; n++) {
      const outcome = await append('s', 'any', newEvent({ data: Buffer.alloc(n) }));
      if (outcome.kind !== 'written') throw new Error(outcome.kind);
      expect(outcome.position).toBeGreaterThan(last + 1n);
      last = outcome.position;
    }
  });

  it('seeds the log once, so that $all is never empty', async () => {
    const log = new MemoryLog();
    const first = await open(new MemoryStorage(log));
    const seeded = log.events.length;
    expect(seeded).toBeGreaterThan(0);
    expect(log.events.every(({ stream }) => stream.startsWith('$'))).toBe(true);
    await first.log.close('done');
    await open(new MemoryStorage(log));
    expect(log.events.length).toBe(seeded);
  });

  it.each(['lost-before', 'lost-after'] as const)(
    'stores once when the connection was %s the commit',
    async (fault) => {
      const storage = new FaultyStorage();
      const { append, ids } = await open(storage);
      const event = newEvent();
      storage.faults.push(fault);
      storage.unreachable = 2;
      expect(await append('s', 'no_stream', event)).toMatchObject({ kind: 'written', revision: 0n });
      expect(storage.faults).toEqual([]);
      expect(await append('s', 0n, newEvent())).toMatchObject({ kind: 'written', revision: 1n });
      expect((await ids('s')).filter((id) => id === event.id)).toEqual([event.id]);
    },
  );

  it('answers unknown when the storage stays away, and shows the commit to readers if it was stored after all', async () => {
    const storage = new FaultyStorage();
    const { log, append } = await open(storage, () => {}, 0);
    storage.faults.push('lost-after');
    storage.unreachable = 1;
    const event = newEvent();
    const outcome = await append('s', 'no_stream', event);
    expect(outcome.kind).toBe('unavailable');
    expect(await append('s', 'no_stream', event)).toMatchObject({ kind: 'written', revision: 0n });
    expect(log.head()).toBe(await storage.recover());
  });

  it('keeps a chain exact when every append is repeated until it is answered, whatever is lost', async () => {
    const fault = fc.constantFrom(undefined, 'lost-before', 'lost-after', 'refused');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fault, { maxLength: 3 }), { maxLength: 12 }), async (faults) => {
        const storage = new FaultyStorage();
        const { append, ids } = await open(storage, () => {}, 0);
        const sent: string[] = [];
        for (const [n, mishaps] of faults.entries()) {
          const event = newEvent();
          sent.push(event.id);
          const expected = n === 0 ? ('no_stream' as const) : BigInt(n - 1);
          storage.faults = mishaps.map((mishap) => mishap ?? 'none');
          let outcome = await append('s', expected, event);
          // A caller who never heard the answer asks again as well.
          if (mishaps.includes(undefined)) outcome = await append('s', expected, event);
          while (outcome.kind === 'unavailable') outcome = await append('s', expected, event);
          expect(outcome).toMatchObject({ kind: 'written', revision: BigInt(n) });
        }
        expect(await ids('s')).toEqual(sent);
      }),
    );
  });

  it('answers a refused commit and goes on', async () => {
    const storage = new FaultyStorage();
    const { append, ids } = await open(storage);
    storage.faults.push('refused');
    expect(await append('s', 'no_stream', newEvent())).toEqual({ kind: 'unavailable', reason: 'the disk is full' });
    expect(await ids('s')).toEqual([]);
    expect((await append('s', 'no_stream', newEvent())).kind).toBe('written');
  });

  it('stops for good when another instance took over', async () => {
    const shared = new MemoryLog();
    let fenced = 0;
    const first = await open(new MemoryStorage(shared), () => (fenced += 1));
    await open(new MemoryStorage(shared));
    const written = shared.events.length;
    const outcomes = await Promise.all([first.append('s', 'any', newEvent()), first.append('t', 'any', newEvent())]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable']);
    expect(await first.append('s', 'any', newEvent())).toEqual({
      kind: 'unavailable',
      reason: new FencedError().message,
    });
    expect(fenced).toBe(1);
    expect(shared.events.length).toBe(written);
  });

  it('never tries again once it was fenced, and says so once', async () => {
    const storage = new FaultyStorage();
    let fenced = 0;
    const { append, ids } = await open(storage, () => (fenced += 1));
    storage.faults.push('fenced');
    expect((await append('s', 'any', newEvent())).kind).toBe('unavailable');
    expect((await append('s', 'any', newEvent())).kind).toBe('unavailable');
    expect(fenced).toBe(1);
    expect(await ids('s')).toEqual([]);
  });

  it('does not write for a caller who is gone', async () => {
    const { log, ids } = await open();
    const command = {
      kind: 'append',
      stream: 's',
      expected: 'any',
      events: [newEvent()],
      expired: () => true,
    } as const;
    expect(await log.writer.submit(command)).toEqual({ kind: 'expired' });
    expect(await ids('s')).toEqual([]);
  });
});

describe('deleting', () => {
  const metadataOf = (events: readonly StoredEvent[]) =>
    events.filter(({ type }) => type === '$metadata').map(({ data }) => Buffer.from(data).toString());

  it('softly hides the stream, and the next append continues its numbering', async () => {
    const shared = new MemoryLog();
    const { log, append } = await open(new MemoryStorage(shared));
    await append('s', 'no_stream', newEvent(), newEvent());
    expect((await log.writer.submit({ kind: 'delete', stream: 's', expected: 1n })).kind).toBe('written');
    expect((await log.reader.state('s')).softDeleted).toBe(true);
    expect(await append('s', 'no_stream', newEvent())).toMatchObject({ kind: 'written', revision: 2n });
    expect((await log.reader.state('s')).softDeleted).toBe(false);
    expect(metadataOf(shared.events)).toEqual(['{"$tb":9223372036854775807}', '{"$tb":2}']);
  });

  it('is undone by new metadata as well, which stays', async () => {
    const shared = new MemoryLog();
    const { log, append } = await open(new MemoryStorage(shared));
    await append('s', 'no_stream', newEvent());
    await log.writer.submit({ kind: 'delete', stream: 's', expected: 'any' });
    await append('$$s', 'any', newEvent({ type: '$metadata', data: Buffer.from('{"mine":1}') }));
    expect(metadataOf(shared.events).at(-1)).toBe('{"mine":1,"$tb":1}');
  });

  it('refuses a stream that was never written', async () => {
    const { log } = await open();
    for (const expected of ['any', 'no_stream', 0n] as const) {
      expect((await log.writer.submit({ kind: 'delete', stream: 's', expected })).kind).toBe('wrong-version');
    }
  });

  it('for good closes the stream and its metadata', async () => {
    const { log, append } = await open();
    await append('s', 'no_stream', newEvent());
    expect((await log.writer.submit({ kind: 'tombstone', stream: 's', expected: 5n })).kind).toBe('wrong-version');
    expect((await log.writer.submit({ kind: 'tombstone', stream: 's', expected: 0n })).kind).toBe('written');
    expect((await append('s', 'any', newEvent())).kind).toBe('stream-deleted');
    expect((await append('$$s', 'any', newEvent())).kind).toBe('stream-deleted');
    expect((await log.writer.submit({ kind: 'delete', stream: 's', expected: 'any' })).kind).toBe('stream-deleted');
  });
});
