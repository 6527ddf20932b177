import type { Leadership } from '@homing/read-model';

/** This scheduler leads no more: what it was about to do is another's. Nothing was done; the round ends here. */
export class LeaseOverError extends Error {
  readonly safeMessage = true;
  readonly code = 'LEASE_OVER';

  constructor() {
    super('the lease is over');
    this.name = 'LeaseOverError';
  }
}

/**
 * The same acts, each refused once the lease is over: asked directly before the act, so a scheduler that was frozen in the
 * middle of a round does nothing more of it when it wakes.
 * @throws LeaseOverError in place of the act
 */
export function fencedBy<Acts extends object>(leadership: Pick<Leadership, 'held'>, acts: Acts): Acts {
  return new Proxy(acts, {
    get: (target, name) => {
      const act: unknown = Reflect.get(target, name);
      if (typeof act !== 'function') return act;
      return async (...given: unknown[]): Promise<unknown> => {
        if (!leadership.held()) throw new LeaseOverError();
        return (await Reflect.apply(act, target, given)) as unknown;
      };
    },
  });
}
