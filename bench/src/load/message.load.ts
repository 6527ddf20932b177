import { setTimeout as pause } from 'node:timers/promises';
import { until, type LocalStack } from '@homing/testing/local-stack';
import { runName } from '../sections/section.js';
import { runLoad } from './load.client.js';
import type { LoadResult } from './load.job.js';
import type { ProjectionObserver } from './projection.observer.js';

export interface MessageWish {
  readonly rate: number;
  readonly seconds: number;
  readonly via: 'bus' | 'http';
  /** HTTP only: hold the answer until the decision. */
  readonly awaitDecision?: boolean;
}

/** Asks for outreach through one of the doors, and resolves when every acknowledgement is in. Ids are those of the outreach. */
export async function loadMessages(stack: LocalStack, wish: MessageWish): Promise<LoadResult> {
  const run = runName(wish.via);
  const schedule = { rate: wish.rate, seconds: wish.seconds, seed: 1 };
  const { API_URL: url = '', API_KEY: key = '', NATS_URL: nats = '', TENANT_ID: tenantId = '' } = stack.env;
  if (wish.via === 'http')
    return runLoad({ ...schedule, kind: 'http', url, key, run, respondAsync: wish.awaitDecision !== true });
  const result = await runLoad({ ...schedule, kind: 'bus', url: nats, tenantId, run });
  return { ...result, accepted: result.accepted.map(([id, at]) => [stack.outreachId(run, id), at] as const) };
}

/** Minutes a backlog may take to be worked off. */
const DRAIN_GUARD_MS = 15 * 60_000;

/** Resolves when so many were seen delivered and no queue holds anything: whatever was begun is done. */
export async function drained(stack: LocalStack, observer: ProjectionObserver, delivered: number): Promise<void> {
  const seen = (): boolean => observer.seen('delivered') >= delivered;
  await until(seen, () => `${delivered} deliveries; ${observer.seen('delivered')} seen`, DRAIN_GUARD_MS);
  await queuesEmpty(stack);
}

export async function queuesEmpty(stack: LocalStack): Promise<void> {
  const bus = await stack.bus('orchestrator');
  try {
    const empty = async (): Promise<boolean> =>
      (await Promise.all((['outreach', 'dispatch', 'signals'] as const).map((name) => bus.backlog(name)))).every(
        (left) => left === 0,
      );
    await until(empty, 'the queues to be empty', DRAIN_GUARD_MS);
  } finally {
    await bus.close();
  }
  // The last events are still on their way to the timeline and the bus; nothing waits for them.
  await pause(1_000);
}
