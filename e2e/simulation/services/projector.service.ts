import type { EventBatch, Subscription } from '@homing/event-store';
import { PROJECTION, ProjectionFencedError } from '@homing/read-model';
import { BatchProjector } from '../../../apps/projector/src/project-events/batch.projector.js';
import {
  PUBLICATION,
  TransitionPublisher,
} from '../../../apps/projector/src/publish-transitions/transition.publisher.js';
import { Changes, idleUntil } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';
import type { World } from '../world/sim.world.js';
import type { ProjectorLock } from './projector.lock.js';
import { loop } from './scheduler.service.js';

/** The product's projector: leads while it holds the lock, and is fenced when it only believes so. */
export function startProjector(world: World, life: Life, lock: ProjectorLock): void {
  const { timing } = world.portsOf(life);
  const round = async (): Promise<void> => {
    await idleUntil(life, () => (lock.free ? 0 : undefined), lock.changes);
    lock.take(life);
    try {
      await lead(world, life, lock);
    } finally {
      lock.release(life);
    }
  };
  loop({ life, everyMs: 200, random: timing.random, round });
}

/** One term of office, as `projector.leader.ts` has it. Ends when somebody else has taken over. */
async function lead(world: World, life: Life, lock: ProjectorLock): Promise<void> {
  const { rows, publisher, timing } = world.portsOf(life);
  const lease = await rows.takeLease(PROJECTION);
  const publication = await rows.takeLease(PUBLICATION);
  const committed = new Changes();
  const over = Promise.withResolvers<void>();
  // A lost session is noticed after a while; until then it goes on as if it led.
  const noticed = lock.changes.listen(() => {
    if (!lock.heldBy(life)) life.after(timing.random() * 5_000, over.resolve);
  });
  const fenced = (error: unknown): never => {
    if (error instanceof ProjectionFencedError) over.resolve();
    throw error;
  };
  const cacheSize = world.random.pick([1, 3, 5_000]);
  const projector = new BatchProjector({ rows, lease, cacheSize, afterCommit: committed.ring });
  const pageSize = world.random.pick([1, 5, 500]);
  const transitions = new TransitionPublisher({ rows, queries: rows, publisher, lease: publication, pageSize });
  const onBatch = async (batch: EventBatch): Promise<void> => {
    await life.sleep(Math.floor(timing.random() * world.faults.now.lagMs));
    await projector.project(batch).catch(fenced);
  };
  const subscription: Subscription = world.store.inner.subscribeToAll({
    from: lease.position === 0n ? 'start' : lease.position,
    onBatch,
    maxBatch: world.random.pick([1, 2, 7, 500]),
  });
  life.onEnd(() => void subscription.stop());
  const publishing = (async (): Promise<void> => {
    let stopped = false;
    void over.promise.then(() => {
      stopped = true;
      committed.ring();
    });
    while (!stopped) {
      try {
        await idleUntil(
          life,
          () => (stopped || world.rows.tables.latest > transitions.position ? 0 : undefined),
          committed,
        );
        if (!stopped) await transitions.publishNext();
      } catch (error) {
        if (error instanceof ProjectionFencedError) return over.resolve();
        await life.sleep(100);
      }
    }
  })();
  await over.promise;
  noticed();
  await subscription.stop();
  await publishing;
}
