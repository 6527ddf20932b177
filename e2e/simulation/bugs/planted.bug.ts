import type { NewEvent } from '@homing/event-store';
import type { Outgoing } from '@homing/messaging';
import type { InvariantName } from '../invariants/invariant.watch.js';
import type { Plant } from '../world/sim.world.js';

/** A mistake somebody could make, switched on in the simulation only, and the invariant that must notice it. */
export interface PlantedBug {
  readonly name: string;
  /** The promise (P, DESIGN section 10), rule (R, section 4) or section that it breaks. */
  readonly breaks: string;
  readonly foundBy: InvariantName;
  readonly plant: Plant;
}

/** Events with the data of one type changed. */
export const withData = (
  events: readonly NewEvent[],
  type: string,
  change: (data: Readonly<Record<string, unknown>>) => unknown,
): NewEvent[] =>
  events.map((event) => (event.type === type ? { type, data: change(event.data as Record<string, unknown>) } : event));

/** Messages whose subject begins so, changed on their way to the bus. */
export const onSubject =
  (begins: string, change: (message: Outgoing) => Outgoing): NonNullable<Plant['publisher']> =>
  (port) => ({
    publishMany: (messages) =>
      port.publishMany(messages.map((message) => (message.subject.startsWith(begins) ? change(message) : message))),
  });

/** A copy of plain JSON in which every value of this name is another. */
export const withEvery = <T>(value: T, name: string, other: unknown): T =>
  JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner)),
    (key, inner: unknown) => (key === name ? other : inner),
  ) as T;
