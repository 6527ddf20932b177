import { connectEventStore } from '@homing/event-store';
import { connectBus, Publisher } from '@homing/messaging';
import { connectReadModel, createSystemQueries } from '@homing/read-model';
import { closeOnShutdown, type ServiceBasics } from '@homing/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { runElections } from './lead/election.loop.js';
import { markPlaces } from './lead/mark.places.js';
import { measureProjection } from './lead/projection.metrics.js';
import { projectionCheck, publicationCheck, STARTING } from './lead/projection.status.js';

@Module({})
class ProjectorModule {}

/** Everything the projector is made of, in one place. */
export function wireProjector({ env, logger, instance, readiness }: ServiceBasics): {
  module: DynamicModule;
  start: () => void;
} {
  const busUrl = env.secret('NATS_URL', { protocols: ['nats', 'tls'] });
  const storeUrl = env.secret('EVENTSTORE_URL', { protocols: ['esdb', 'esdb+discover'] });
  const readUrl = env.secret('READ_DATABASE_URL', { protocols: ['postgres', 'postgresql'] });
  const cacheSize = env.int('STATE_CACHE_SIZE', { default: 5_000, min: 1, max: 1_000_000 });
  env.check();

  const bus = connectBus({ url: busUrl, name: instance, logger });
  const store = connectEventStore({ url: storeUrl.reveal() });
  const connectionString = readUrl.reveal();
  const readModel = connectReadModel({ connectionString, applicationName: instance, max: 3 });

  const publisher = new Publisher(bus);
  let status = STARTING;
  const stopping = new AbortController();
  let running = Promise.resolve();
  const start = (): void => {
    running = runElections(
      {
        store,
        readModel,
        queries: createSystemQueries(readModel),
        publisher,
        marks: { store, places: markPlaces(readModel, bus, publisher) },
        bus,
        logger,
        cacheSize,
        connectionString,
        instance,
        onStatus: (change) => (status = { ...status, ...change }),
      },
      stopping.signal,
    );
  };
  measureProjection({ status: () => status, now: Date.now });
  readiness.add('bus', bus.health);
  readiness.add('projection', () => projectionCheck(status, Date.now()));
  readiness.add('publication', () => publicationCheck(status));
  readiness.add('event store', () => status.mark ?? { status: 'up' });

  const close = async (): Promise<void> => {
    stopping.abort();
    await running;
    await Promise.all([bus.close(), store.dispose(), readModel.close()]);
  };
  return { module: { module: ProjectorModule, providers: [closeOnShutdown(close)] }, start };
}
