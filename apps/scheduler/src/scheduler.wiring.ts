import { BUS_STREAMS, OUTREACH_COMMAND } from '@homing/contracts';
import { cloudEvent, connectBus, DispatchWindow, Publisher, type Outgoing } from '@homing/messaging';
import { connectEventStore } from '@homing/event-store';
import { RECLAIM_AFTER_MS, type OutgoingDispatch, OutgoingLookUp } from '@homing/domain';
import {
  connectReadModel,
  createSystemQueries,
  keptMark,
  standForElection,
  type DueFilter,
  type Leadership,
  type Role,
} from '@homing/read-model';
import { StoreWatch } from '@homing/restore-watch';
import { closeOnShutdown, type ServiceBasics } from '@homing/service-kit';
import { createBatchKeeper } from '@homing/vault/batch';
import { createGateReader } from '@homing/vault/gate';
import { createVaultIntake, openVaultDatabase, pingVault } from '@homing/vault/intake';
import { Module, type DynamicModule } from '@nestjs/common';
import { expandBatches } from './expand-batches/expand.round.js';
import { LostBatches } from './expand-batches/lost.batches.js';
import { Turns } from './expand-batches/turn.policy.js';
import { LostDecisions } from './refeed-accepted/lost.decisions.js';
import { refeedAccepted } from './refeed-accepted/refeed.round.js';
import { fencedBy } from './lead/lease.fence.js';
import { leadershipCheck } from './lead/scheduler.status.js';
import { serveTerm, type Rounds } from './lead/scheduler.term.js';
import type { Loop } from './round.loop.js';
import { reclaimStale } from './reclaim-reservations/reclaim.round.js';
import { expandedItems, measureBatches, measureScheduler, refed } from './scheduler.metrics.js';
import { dueExceptPaused } from './rest-paused/paused.entries.js';
import { resumedRound } from './rest-paused/resumed.round.js';
import { ResumedWatch } from './rest-paused/resumed.watch.js';
import { settleSilent } from './settle-silent/silent.round.js';
import { quietRound } from './wake-due/quiet.round.js';
import { wakeDue, type Traced } from './wake-due/wake.round.js';

@Module({})
class SchedulerModule {}

/** Everything the scheduler is made of, in one place. */
export function wireScheduler({ env, logger, instance, readiness }: ServiceBasics): {
  module: DynamicModule;
  start: () => void;
} {
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const vaultUrl = env.secret('VAULT_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const readUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const fingerprintKey = env.secret('FINGERPRINT_KEY');
  const sealKey = env.string('VAULT_SEAL_KEY');
  const wakeEveryMs = env.int('WAKE_EVERY_MS', { default: 500, min: 10, max: 60_000 });
  const refeedAfterMs = env.int('REFEED_AFTER_MS', { default: 30_000, min: 1_000, max: 3_600_000 });
  const windowSize = env.int('DISPATCH_WINDOW', { default: 600, min: 1, max: 100_000 });
  const reclaimAfterMs = env.int('RECLAIM_AFTER_MS', { default: RECLAIM_AFTER_MS, min: 1_000, max: 86_400_000 });
  const batchWindow = env.int('BATCH_WINDOW', { default: 500, min: 1, max: 100_000 });
  env.check();

  const bus = connectBus({ url: busUrl, name: instance, logger });
  const store = connectEventStore({ url: storeUrl.reveal() });
  const vaultDb = openVaultDatabase({ url: vaultUrl.reveal(), maxConnections: 2 });
  const readModel = connectReadModel({ connectionString: readUrl.reveal(), applicationName: instance, max: 2 });
  const queries = createSystemQueries(readModel);
  const vault = createVaultIntake({ db: vaultDb, sealKey, fingerprintKey: fingerprintKey.reveal() });
  const batches = createBatchKeeper(vaultDb);
  const gate = createGateReader(vaultDb);
  const publisher = new Publisher(bus);

  const now = (): Date => new Date();
  const publishAll = async (messages: readonly Outgoing[]): Promise<void> => {
    const failed = (await publisher.publishMany(messages)).find((result) => result.status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  };
  const publish = (messages: readonly Traced<OutgoingDispatch | OutgoingLookUp>[]): Promise<void> =>
    publishAll(
      messages.map(({ subject, type, tenantId, key, data, ...traced }) => ({
        subject,
        tenantId,
        key,
        event: cloudEvent({
          ...traced,
          id: key,
          source: 'homing/scheduler',
          type,
          time: now().toISOString(),
          tenantid: tenantId,
          data,
        }),
      })),
    );

  const window = new DispatchWindow(bus, {
    stream: BUS_STREAMS.dispatch,
    subjects: 'delivery.dispatch.*',
    size: windowSize,
  });
  const publishDispatches = async (dispatches: readonly Traced<OutgoingDispatch>[]): Promise<void> => {
    window.took(dispatches.length);
    await publish(dispatches);
  };
  /** The number of wakes makes each a message of its own. */
  const follow = (outreach: readonly { outreachId: string; tenantId: string; wakes?: number }[]): Promise<void> =>
    publishAll(
      outreach.map(({ outreachId, tenantId, wakes = Math.floor(now().getTime() / 15_000) }) => ({
        subject: OUTREACH_COMMAND,
        tenantId,
        key: `follow:${outreachId}:${wakes}`,
        event: cloudEvent({
          id: `follow:${outreachId}:${wakes}`,
          source: 'homing/scheduler',
          type: OUTREACH_COMMAND,
          time: now().toISOString(),
          tenantid: tenantId,
          data: { kind: 'follow', outreachId, tenantId },
        }),
      })),
    );

  const watch = new StoreWatch({ store, sources: [() => keptMark(readModel)], logger });
  watch.start();

  /** What a leader does, each act only while its lease holds. */
  const roundsOf = (leadership: Leadership): Rounds[] => {
    const acts = fencedBy(leadership, { publish: publishDispatches, lookUp: publish, publishAll, follow });
    const due = { store: fencedBy(leadership, store), readModel: fencedBy(leadership, queries) };
    const resting = { readModel: due.readModel, gate, now };
    const readModel = {
      ...due.readModel,
      dueEntries: (wanted: DueFilter) => dueExceptPaused(resting, wanted),
    };
    const lost = new LostDecisions({ vault, readModel: queries, restore: () => watch.restore });
    const resumed = new ResumedWatch(resting);
    const expanding = { batches: fencedBy(leadership, batches), store: due.store, publish: acts.publishAll };
    const turns = new Turns();
    const lostBatches = new LostBatches({ batches: expanding.batches, restore: () => watch.restore });
    const room = (): Promise<number> => window.room();
    const wake = () => wakeDue({ ...due, ...acts, readModel, room, instance, now });
    const onWoken = (woken: number): void =>
      logger.info({ woken }, 'what resumed or stopped campaigns had waiting was woken');
    return [
      {
        name: 'wake due',
        everyMs: wakeEveryMs,
        round: quietRound({ readModel: due.readModel, wake, now }),
      },
      {
        name: 'wake resumed campaigns',
        everyMs: Math.min(500, 2 * wakeEveryMs),
        round: resumedRound({ resumed, wake, onWoken }),
      },
      {
        name: 'reclaim reservations',
        everyMs: Math.min(10_000, reclaimAfterMs / 4),
        round: () => reclaimStale({ ...due, follow: acts.follow, now, afterMs: reclaimAfterMs }),
      },
      {
        name: 'settle silent',
        everyMs: 3_600_000,
        round: () => settleSilent({ ...due, follow: acts.follow, now }),
      },
      {
        name: 'expand batches',
        everyMs: Math.min(1_000, 2 * wakeEveryMs),
        round: async () => {
          const reopened = await lostBatches.look();
          if (reopened > 0)
            logger.warn({ reopened }, 'batches are looked at again: a restore may have lost their streams');
          const { expanded, more } = await expandBatches({
            ...expanding,
            instance,
            now,
            windowSize: batchWindow,
            turns,
          });
          expandedItems.add(expanded);
          return more;
        },
      },
      {
        name: 'refeed accepted',
        everyMs: 5_000,
        round: async () => {
          const fed = await refeedAccepted({ vault, publish: acts.publishAll, now, afterMs: refeedAfterMs });
          refed.add(fed);
          if (fed > 0) logger.info({ fed }, 'accepted requests without a decision were fed again');
          return false;
        },
      },
      {
        name: 'find lost decisions',
        everyMs: 5_000,
        round: async () => {
          const { found, more } = await lost.look();
          if (found > 0) logger.warn({ found }, 'accepted requests whose decisions a restore lost are fed again');
          return more;
        },
      },
    ];
  };

  /** A store that was restored is not woken from before an operator has looked. */
  const whileWhole = (rounds: Rounds): Rounds => ({
    ...rounds,
    round: async () => {
      watch.requireWhole();
      return rounds.round();
    },
  });

  let role: Role = 'starting';
  let loops: readonly Loop[] = [];
  measureScheduler(() => role, queries);
  measureBatches(() => role, batches);
  const stopping = new AbortController();
  let running = Promise.resolve();
  const start = (): void => {
    running = standForElection({
      ...{ name: 'scheduler', instance, logger, signal: stopping.signal, connectionString: readUrl.reveal() },
      onRole: (now) => (role = now),
      term: (leadership, signal) =>
        serveTerm(roundsOf(leadership).map(whileWhole), { logger, signal, watch: (serving) => (loops = serving) }),
    });
  };
  readiness.add('leadership', () =>
    leadershipCheck(
      role,
      loops.map((loop) => loop.failures()),
    ),
  );
  readiness.add('bus', bus.health);
  readiness.add('event store', async () => (await store.ping(), watch.health()));
  readiness.add('vault', async () => (await pingVault(vaultDb), { status: 'up' }));
  readiness.add('read model', async () => (await readModel.ping(), { status: 'up' }));

  const close = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([running, watch.stop()]);
    await Promise.all([bus.close(), store.dispose(), vaultDb.destroy(), readModel.close()]);
  };
  return { module: { module: SchedulerModule, providers: [closeOnShutdown(close)] }, start };
}
