import type { LocalSecrets } from '../home/home.secrets.js';
import type { LocalAddresses } from './local.addresses.js';

/** What `$OUTREACH_HOME/env` tells people and programs of this machine. */
export const homeVariables = (at: LocalAddresses, secrets: LocalSecrets): Record<string, string> => ({
  API_URL: at.http('api'),
  API_KEY: secrets.apiKey,
  TENANT_ID: secrets.tenantId,
  WEBHOOK_URL: at.http('webhook-ingestion'),
  SIMULATOR_URL: at.http('provider-simulator'),
  NATS_URL: at.bus('publisher'),
  EVENTSTORE_URL: at.eventStore,
  DATABASE_URL: at.database('read_system'),
  ANALYST_DATABASE_URL: at.database('read_analyst'),
});
