import { OUTREACH_COMMAND } from '@homing/contracts';
import { RECLAIM_AFTER_MS, type OutgoingDispatch, type OutgoingLookUp } from '@homing/domain';
import { cloudEvent, type Outgoing } from '@homing/messaging';
import { backoffDelay } from '@homing/service-kit';
import { reclaimStale } from '../../../apps/scheduler/src/reclaim-reservations/reclaim.round.js';
import { refeedAccepted } from '../../../apps/scheduler/src/refeed-accepted/refeed.round.js';
import { dueExceptPaused } from '../../../apps/scheduler/src/rest-paused/paused.entries.js';
import { resumedRound } from '../../../apps/scheduler/src/rest-paused/resumed.round.js';
import { ResumedWatch } from '../../../apps/scheduler/src/rest-paused/resumed.watch.js';
import { wakeDue } from '../../../apps/scheduler/src/wake-due/wake.round.js';
import { idleUntil } from '../engine/idle.wait.js';
import type { Life } from '../engine/process.life.js';
import type { Ports, World } from '../world/sim.world.js';

const REFEED_AFTER_MS = 30_000;

/**
 * The product's scheduler: its rounds as `scheduler.wiring.ts` runs them, without those that would find nothing. All of them work
 * at once and none knows of another: worse than a lost lease could be.
 */
export function startScheduler(world: World, life: Life): void {
  const ports = world.portsOf(life);
  const { store, vault, rows, date: now, timing } = ports;
  const { publishAll, publish, follow } = publishing(ports);
  const window = ports.window();
  const ms = (): number => now().getTime();
  const resting = { readModel: rows, gate: ports.gate, now };
  const resumed = new ResumedWatch(resting);
  let looked = -1;
  let statusesSet = 0;
  life.onEnd(world.registry.changes.listen(() => (statusesSet += 1)));
  const wake = () =>
    wakeDue({
      ...{ store, instance: life.name, now, follow },
      readModel: { ...rows, dueEntries: (wanted) => dueExceptPaused(resting, wanted) },
      publish: async (dispatches) => {
        window.took(dispatches.length);
        await publish(dispatches);
      },
      lookUp: publish,
      room: () => window.room(),
    });
  const resume = resumedRound({ resumed, wake, onWoken: () => undefined });
  const rounds: { everyMs: number; wait: () => Promise<void>; round: () => Promise<unknown> }[] = [
    {
      everyMs: 250,
      wait: () => idleUntil(life, () => world.rows.dueIn(ms()), world.rows.changes),
      round: wake,
    },
    {
      everyMs: 250,
      wait: () => idleUntil(life, () => (looked < statusesSet ? 0 : undefined), world.registry.changes),
      round: async () => {
        const before = statusesSet;
        await resume();
        looked = before;
      },
    },
    {
      everyMs: 10_000,
      wait: () => idleUntil(life, () => world.rows.staleIn(ms(), RECLAIM_AFTER_MS), world.rows.changes),
      round: () => reclaimStale({ readModel: rows, follow, now, afterMs: RECLAIM_AFTER_MS }),
    },
    {
      everyMs: 5_000,
      wait: () => idleUntil(life, () => world.vault.unfedIn(ms(), REFEED_AFTER_MS), world.vault.changes),
      round: () => refeedAccepted({ vault, publish: publishAll, now, afterMs: REFEED_AFTER_MS }),
    },
  ];
  for (const { everyMs, wait, round } of rounds) {
    loop({ life, everyMs, random: timing.random, round: async () => (await wait(), void (await round())) });
  }
}

interface Publishing {
  publishAll(messages: readonly Outgoing[]): Promise<void>;
  publish(messages: readonly (OutgoingDispatch | OutgoingLookUp)[]): Promise<void>;
  follow(outreach: readonly { outreachId: string; tenantId: string; wakes?: number }[]): Promise<void>;
}

function publishing({ publisher, date: now }: Ports): Publishing {
  const publishAll = async (messages: readonly Outgoing[]): Promise<void> => {
    const failed = (await publisher.publishMany(messages)).find((result) => result.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  };
  const source = 'homing/scheduler';
  const time = (): string => now().toISOString();
  return {
    publishAll,
    publish: (messages) =>
      publishAll(
        messages.map(({ subject, type, tenantId, key, data }) => ({
          ...{ subject, tenantId, key },
          event: cloudEvent({ id: key, source, type, time: time(), tenantid: tenantId, data }),
        })),
      ),
    follow: (outreach) =>
      publishAll(
        outreach.map(({ outreachId, tenantId, wakes = Math.floor(now().getTime() / 15_000) }) => {
          const id = `follow:${outreachId}:${wakes}`;
          const data = { kind: 'follow', outreachId, tenantId };
          const event = cloudEvent({ id, source, type: OUTREACH_COMMAND, time: time(), tenantid: tenantId, data });
          return { subject: OUTREACH_COMMAND, tenantId, key: id, event };
        }),
      ),
  };
}

interface Loop {
  readonly life: Life;
  readonly everyMs: number;
  readonly round: () => Promise<void>;
  readonly random: () => number;
}

/** Rounds one after another, backing off while stores are away, as the product's are. */
export function loop({ life, everyMs, round, random }: Loop): void {
  const run = async (): Promise<void> => {
    for (let failures = 0; ;) {
      let wait = everyMs;
      try {
        await round();
        failures = 0;
      } catch {
        wait = everyMs + backoffDelay(failures, { baseMs: 250, capMs: 15_000, random });
        failures += 1;
      }
      await life.sleep(wait);
    }
  };
  void run();
}
