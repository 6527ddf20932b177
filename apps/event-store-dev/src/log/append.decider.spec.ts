import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AppendQuestion, decideAppend, type StreamView } from './append.decider.js';
import type { EventRef, Expected } from './stored-event.model.js';

const stream = (revision: bigint, more: Partial<StreamView> = {}): StreamView => ({
  revision,
  tombstoned: false,
  softDeleted: false,
  hasMetadata: false,
  ...more,
});
const ref = (id: string, revision: bigint): EventRef => ({ id, revision, position: revision * 100n + 7n });
const ask = (question: Partial<AppendQuestion>) =>
  decideAppend({ expected: 'any', ids: ['x'], stream: stream(-1n), stored: [], recent: () => undefined, ...question });

describe('an append is decided by the expected revision', () => {
  it.each<[Expected, bigint, string]>([
    ['no_stream', -1n, 'write'],
    ['no_stream', 0n, 'wrong-version'],
    [4n, 4n, 'write'],
    [3n, 4n, 'wrong-version'],
    [5n, 4n, 'wrong-version'],
    [0n, -1n, 'wrong-version'],
    ['any', -1n, 'write'],
    ['any', 7n, 'write'],
    ['stream_exists', 0n, 'write'],
    ['stream_exists', -1n, 'wrong-version'],
  ])('%s against a stream at %s: %s', (expected, revision, kind) => {
    expect(ask({ expected, stream: stream(revision) }).kind).toBe(kind);
  });

  it('counts a stream with metadata alone as existing', () => {
    expect(ask({ expected: 'stream_exists', stream: stream(-1n, { hasMetadata: true }) }).kind).toBe('write');
  });

  it('refuses everything on a tombstoned stream', () => {
    for (const expected of ['any', 'no_stream', 'stream_exists', 0n] as const) {
      expect(ask({ expected, stream: stream(3n, { tombstoned: true }) }).kind).toBe('stream-deleted');
    }
  });

  it('continues a soft-deleted stream, and does not count it as existing', () => {
    const deleted = stream(3n, { softDeleted: true });
    const again = { kind: 'write', firstRevision: 4n, undelete: true };
    expect(ask({ expected: 'no_stream', stream: deleted, stored: [ref('a', 0n)] })).toEqual(again);
    expect(ask({ expected: 'any', stream: deleted })).toEqual(again);
    expect(ask({ expected: 'stream_exists', stream: deleted }).kind).toBe('stream-deleted');
  });
});

describe('a repeat', () => {
  const stored = [ref('a', 1n), ref('b', 2n), ref('c', 3n)];

  it('with the same ids at the same place is a success with the original place', () => {
    const decision = ask({ expected: 0n, ids: ['a', 'b'], stream: stream(3n), stored });
    expect(decision).toEqual({ kind: 'repeat', last: ref('b', 2n) });
  });

  it('that agrees in part only is a conflict', () => {
    expect(ask({ expected: 0n, ids: ['a', 'x'], stream: stream(3n), stored }).kind).toBe('wrong-version');
    expect(ask({ expected: 0n, ids: ['a', 'b', 'c', 'd'], stream: stream(3n), stored }).kind).toBe('wrong-version');
    expect(ask({ expected: 0n, ids: [], stream: stream(3n), stored }).kind).toBe('wrong-version');
  });

  it('with any is recognised by the recent ids, all or none', () => {
    const recent = (id: string) => stored.find((one) => one.id === id);
    const decision = ask({ ids: ['a', 'b'], stream: stream(3n), recent });
    expect(decision).toEqual({ kind: 'repeat', last: ref('b', 2n) });
    expect(ask({ ids: ['a', 'x'], stream: stream(3n), recent }).kind).toBe('wrong-version');
    expect(ask({ ids: ['x', 'a'], stream: stream(3n), recent }).kind).toBe('write');
  });

  it('never writes twice, whatever part of the stream it names', () => {
    const scenario = fc.record({
      length: fc.integer({ min: 1, max: 12 }),
      from: fc.nat(11),
      count: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(scenario, ({ length, from, count }) => {
        const all = Array.from({ length }, (_, n) => ref(`e${n}`, BigInt(n)));
        const expected = BigInt(from) - 1n;
        const ids = Array.from({ length: count }, (_, n) => `e${from + n}`);
        const decision = ask({
          expected: expected === -1n ? 'no_stream' : expected,
          ids,
          stream: stream(BigInt(length - 1)),
          stored: all.slice(from, from + count),
        });
        if (from + count <= length) expect(decision).toEqual({ kind: 'repeat', last: all[from + count - 1] });
        else expect(decision.kind).toBe(from === length ? 'write' : 'wrong-version');
      }),
    );
  });
});
