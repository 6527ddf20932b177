import type { EventStore } from '@homing/event-store';
import type { StoreWatch } from './store.watch.js';

/** Events that give the right to call a provider. */
const CLAIMS: ReadonlySet<string> = new Set(['AttemptStarted', 'AttemptResendStarted']);

/**
 * The same store, in which nobody claims an attempt unless the store is known to be whole. A claim that lands at a position at which
 * something was seen before has landed in a restored store, whenever it was restored: it stands there, and nobody acts on it.
 * @throws StoreRestoredError, StoreUnseenError from `append`
 */
export function guardedClaims<S extends Pick<EventStore, 'append'>>(
  store: S,
  watch: Pick<StoreWatch, 'requireWhole' | 'floor' | 'look' | 'note'>,
): S {
  const append: EventStore['append'] = async (request) => {
    if (!request.events.some(({ type }) => CLAIMS.has(type))) return store.append(request);
    watch.requireWhole();
    const { floor } = watch;
    const result = await store.append(request);
    if (result.kind !== 'appended') return result;
    const { position, revision } = result;
    if (position <= floor) {
      // Stored by an earlier try of the same claim, or in a store that has begun anew.
      await watch.look();
      watch.requireWhole();
    }
    watch.note({ position: position.toString(), stream: request.stream, revision: revision.toString() });
    return result;
  };
  return new Proxy(store, { get: (target, name) => (name === 'append' ? append : bound(target, name)) });
}

function bound(target: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
}
