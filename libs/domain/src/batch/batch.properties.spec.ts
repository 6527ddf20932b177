// Real: the decider. Played: a vault and a bus of a few lines, and two processes that hand a batch over at once, each in steps between
// which it may be killed. Whatever they do in whatever order, every item becomes one outreach or none for good.
import { describe, expect, it } from '@jest/globals';
import type { BatchEvent, BatchPlace } from '@homing/contracts';
import fc from 'fast-check';
import { decideBatch, nextOfBatch, type BatchCommand } from './batch.decider.js';
import { evolveBatch, noBatch, type BatchState } from './batch.state.js';

const now = '2026-05-01T10:00:00.000Z';
const CASES = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;

/** What survives every kill. */
class World {
  readonly stream: BatchEvent[] = [];
  readonly held: ('held' | 'released' | 'withheld')[];
  readonly published = new Set<number>();
  cancelAsked = false;
  state: BatchState = noBatch;

  constructor(
    readonly items: number,
    readonly chunkSize: number,
  ) {
    this.held = Array.from({ length: items }, () => 'held');
  }

  /** Decides on what is stored, as an append at the exact revision comes to. */
  record(command: BatchCommand): void {
    const events = decideBatch(this.state, command);
    this.stream.push(...events);
    this.state = events.reduce(evolveBatch, this.state);
  }

  places(chunk: number): number[] {
    const from = chunk * this.chunkSize;
    return [...this.held.keys()].slice(from, from + this.chunkSize);
  }

  /** An item that is released is not held back any more, nor the other way round. */
  turn(chunk: number, to: 'released' | 'withheld'): void {
    for (const place of this.places(chunk)) if (this.held[place] === 'held') this.held[place] = to;
  }

  released(chunk: number): BatchPlace[] {
    return this.places(chunk)
      .filter((place) => this.held[place] === 'released')
      .map((index) => ({ index, outreachId: `o${index}` }));
  }
}

/** One process: a generator is a program that can be stopped for good after any step. */
function* handOver(world: World): Generator<void, void> {
  const { items, chunkSize } = world;
  const counts = { items, accepted: items, refused: 0, chunkSize, chunks: Math.ceil(items / chunkSize) };
  world.record({ kind: 'accept', batchId: 'b', tenantId: 't', ...counts, receivedAt: now, acceptedAt: now });
  yield;
  if (world.cancelAsked) world.record({ kind: 'cancel', by: 'k', now });
  yield;
  for (let next = nextOfBatch(world.state); next; next = nextOfBatch(world.state)) {
    const { kind, chunk } = next;
    world.turn(chunk, kind === 'expand' ? 'released' : 'withheld');
    const placed = world.released(chunk);
    yield;
    if (kind === 'expand') for (const { index } of placed) world.published.add(index);
    yield;
    const withheld = world.places(chunk).length - placed.length;
    world.record(
      kind === 'expand' ? { kind, chunk, items: placed, now } : { kind, chunk, withheld, items: placed, now },
    );
    yield;
  }
}

const step = fc.constantFrom('first', 'second', 'kill first', 'kill second', 'cancel');
const drawn = fc.record({
  items: fc.integer({ min: 1, max: 9 }),
  chunkSize: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(fc.oneof({ weight: 12, arbitrary: fc.constantFrom('first', 'second') }, step), { maxLength: 40 }),
});

function run({ items, chunkSize, steps }: typeof drawn extends fc.Arbitrary<infer T> ? T : never): World {
  const world = new World(items, chunkSize);
  let [first, second] = [handOver(world), handOver(world)];
  for (const each of steps) {
    if (each === 'first') first.next();
    if (each === 'second') second.next();
    if (each === 'kill first') first = handOver(world);
    if (each === 'kill second') second = handOver(world);
    if (each === 'cancel') world.cancelAsked = true;
  }
  // Whoever takes over at the end is not killed. What the sweeper does: what is released and not on the bus is fed.
  for (const _ of handOver(world));
  for (const [place, of] of world.held.entries()) if (of === 'released') world.published.add(place);
  return world;
}

const named = (world: World): BatchPlace[] =>
  world.stream.flatMap((event) =>
    event.type === 'BatchChunkExpanded' || event.type === 'BatchChunkCancelled' ? event.data.items : [],
  );

const sameSet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((each) => b.has(each));

/** What is wrong with how a batch ended; nothing. */
function faultsOf(world: World): string[] {
  const indexes = named(world).map(({ index }) => index);
  const distinct = new Set(indexes);
  const count = (type: BatchEvent['type']): number => world.stream.filter((event) => event.type === type).length;
  const { state } = world;
  const withheld = world.held.filter((of) => of === 'withheld').length;
  const ended = state.status !== 'none' && state.items === indexes.length && state.withheld === withheld;
  return [
    ...(distinct.size === indexes.length ? [] : ['an item is named twice']),
    ...(world.held.includes('held') ? ['an item is left'] : []),
    ...(sameSet(distinct, world.published) ? [] : ['what is named is not what was put on its way']),
    ...(indexes.length + withheld === world.items ? [] : ['the sum is wrong']),
    ...(ended ? [] : ['the counts are wrong']),
    ...(count('BatchAccepted') === 1 ? [] : ['accepted more than once']),
    ...(count('BatchCancelled') === count('BatchCancellationRequested') ? [] : ['a cancellation did not end']),
    ...(count('BatchExpanded') + count('BatchCancelled') > 0 ? [] : ['it did not end']),
    ...(count('BatchExpanded') < 2 ? [] : ['it ended twice']),
  ];
}

describe('a batch that is handed over by whoever is alive', () => {
  it('makes each item one outreach or holds it back for good, names each once, and ends', () => {
    const met = { cancelled: 0, expanded: 0, mixed: 0 };
    fc.assert(
      fc.property(drawn, (draw) => {
        const world = run(draw);
        const faults = faultsOf(world);
        if (faults.length > 0) throw new Error(faults.join('; '));
        const kinds = new Set(world.held);
        met.cancelled += kinds.has('withheld') ? 1 : 0;
        met.expanded += kinds.has('released') ? 1 : 0;
        met.mixed += kinds.size > 1 ? 1 : 0;
      }),
      { numRuns: CASES },
    );
    for (const times of Object.values(met)) expect(times).toBeGreaterThan(CASES / 100);
  });
});
