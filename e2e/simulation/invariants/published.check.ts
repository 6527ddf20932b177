import {
  outreachStream,
  transitionOf,
  type CloudEvent,
  type OutreachEvent,
  type OutreachTransition,
} from '@homing/contracts';
import type { RecordedEvent } from '@homing/event-store';
import type { World } from '../world/sim.world.js';

interface Decided {
  readonly outreachId: string;
  readonly events: readonly RecordedEvent[];
}

/** Milliseconds in which the bus knows a repeat. */
const WINDOW_MS = 120_000;

/** Every transition is on the bus, those of one outreach in their order, none twice within the window. */
export function checkPublished(world: World, decided: readonly Decided[]): void {
  const { bus, watch, trace } = world;
  // What a lost disk held is gone; publishing it again is a command of its own.
  if (bus.lossy) return;
  const on = bus.stored.filter(({ stream }) => stream === 'EVENTS');
  const published = on.map(({ bytes, at }) => ({ at, of: dataOf(bytes) }));
  for (const { outreachId, events } of decided) {
    const expected = events.map(
      ({ type, data, position }) => `${position} ${transitionOf({ type, data } as OutreachEvent)}`,
    );
    const mine = published
      .filter(({ of }) => of.outreachId === outreachId)
      .map(({ of }) => `${of.position} ${of.transition}`);
    const firsts = [...new Set(mine)];
    if (firsts.join() !== expected.join())
      watch.broken(
        'events-published',
        `${trace.short('s', outreachStream(outreachId))}: ${firsts.join()} instead of ${expected.join()}`,
      );
  }
  const last = new Map<string, number>();
  for (const { at, of } of published) {
    const before = last.get(of.position);
    if (before !== undefined && at - before < WINDOW_MS)
      watch.broken('events-published', `${of.position} stands twice`);
    last.set(of.position, at);
  }
}

const dataOf = (bytes: Uint8Array): OutreachTransition =>
  (JSON.parse(new TextDecoder().decode(bytes)) as CloudEvent<OutreachTransition>).data as OutreachTransition;
