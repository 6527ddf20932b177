import { readEnvironment } from '../home/home.environment.js';

/** Servers of the user's own, used instead of starting one. */
export interface GivenStores {
  /** DATABASE_URL: a Postgres whose user may create roles and databases. */
  databaseUrl?: string;
  /** NATS_URL, credentials inside if needed; every service uses it. */
  natsUrl?: string;
  /** EVENTSTORE_URL: an EventStoreDB or KurrentDB. */
  eventStoreUrl?: string;
}

/**
 * What the environment gives. Addresses an earlier start wrote into `$OUTREACH_HOME/env` are our own: whoever has
 * loaded that file into the shell still gets the stores started.
 */
export function givenStores(envFile: string, environment: NodeJS.ProcessEnv): GivenStores {
  const ours = readEnvironment(envFile);
  const given = (name: string) =>
    environment[name] && environment[name] !== ours[name] ? environment[name] : undefined;
  const [databaseUrl, natsUrl, eventStoreUrl] = ['DATABASE_URL', 'NATS_URL', 'EVENTSTORE_URL'].map(given);
  return {
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(natsUrl ? { natsUrl } : {}),
    ...(eventStoreUrl ? { eventStoreUrl } : {}),
  };
}
