// Real EventStoreDB, NATS and PostgreSQL for the integration suites, where a container engine is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The very images docker-compose.yml names. */
export function storeImages() {
  const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true });
  const image = (name) => services[name].image;
  return { postgres: image('postgres'), nats: image('nats'), eventStore: image('event-store') };
}

/** Why no engine can be used, or undefined. */
export async function engineFault() {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return error.message.split('\n', 1)[0];
  }
}

/**
 * Starts PostgreSQL and EventStoreDB for one run; suites make databases and streams of their own. NATS keeps streams under fixed
 * names, so each suite starts a server of its own (libs/embedded-stores), from the image HOMING_NATS_IMAGE names.
 */
export async function startStores() {
  const { GenericContainer, Wait } = await import('testcontainers');
  const images = storeImages();
  const postgres = new GenericContainer(images.postgres)
    .withEnvironment({ POSTGRES_PASSWORD: 'only-for-tests' })
    .withCommand(['postgres', '-c', 'max_connections=300'])
    .withExposedPorts(5432)
    // The image starts a server for its own preparation first.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2));
  const eventStore = new GenericContainer(images.eventStore)
    .withEnvironment({ EVENTSTORE_INSECURE: 'true', EVENTSTORE_MEM_DB: 'true', EVENTSTORE_RUN_PROJECTIONS: 'None' })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCodeMatching((code) => code < 300));
  const started = await Promise.all([postgres, eventStore].map((each) => each.start()));
  const [database, events] = started;
  return {
    environment: {
      HOMING_TEST_POSTGRES_URL: `postgres://postgres:only-for-tests@${database.getHost()}:${database.getMappedPort(5432)}/postgres`,
      EVENTSTORE_URL: `esdb://${events.getHost()}:${events.getMappedPort(2113)}?tls=false`,
      HOMING_NATS_IMAGE: images.nats,
    },
    stop: () => Promise.all(started.map((each) => each.stop())),
  };
}
