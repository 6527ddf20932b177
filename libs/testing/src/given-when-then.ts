import { deepStrictEqual } from 'node:assert/strict';

export interface DeciderSpec<State, Event> {
  /** Folds one event. */
  evolve(state: State, event: Event): State;
  readonly empty: State;
}

export interface Given<State, Event> {
  /** Decides on what was given. */
  when(decide: (state: State) => readonly Event[]): Then<Event>;
}

export interface Then<Event> {
  /** Exactly these events, in this order. */
  then(...expected: readonly Event[]): void;
  /** Exactly events of these types, in this order. */
  thenTypes(...expected: readonly string[]): void;
  thenNothing(): void;
  readonly events: readonly Event[];
}

/** A test as a sentence in events: `given(scheduled, started).when(providerSays('bounced')).then(bounced)`. */
export function specFor<State, Event extends { readonly type: string }>(
  spec: DeciderSpec<State, Event>,
): (...events: readonly Event[]) => Given<State, Event> {
  return (...given) => ({
    when(decide) {
      const events = decide(given.reduce((state, event) => spec.evolve(state, event), spec.empty));
      return {
        events,
        then: (...expected) => deepStrictEqual(events, expected),
        thenTypes: (...expected) =>
          deepStrictEqual(
            events.map((event) => event.type),
            expected,
          ),
        thenNothing: () => deepStrictEqual(events, []),
      };
    },
  });
}
