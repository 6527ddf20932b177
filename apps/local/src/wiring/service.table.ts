import type { LocalSecrets } from '../home/home.secrets.js';
import type { LocalAddresses } from './local.addresses.js';
import type { ServiceName } from './port.table.js';
import { accountSecrets, sandboxAccounts, toldOf } from './sandbox.accounts.js';
import { sandboxChannels } from './sandbox.channels.js';

/** One of our own Node services: `node apps/<name>/dist/main.js`. */
export interface ServiceRow {
  name: ServiceName;
  after: string[];
  /** Everything it is told besides PORT, HOST, OUTREACH_HOME, LOG_LEVEL and SERVICE_INSTANCE: nothing it does not need. */
  env: Record<string, string>;
  /** How it is known to be ready. Default `http`: GET /health/ready answers 200. */
  ready?: 'http' | 'accepts';
}

/** Who runs, after whom, and who is told what. The whole wiring of the local stack stands here. */
export function serviceTable(
  at: LocalAddresses,
  secrets: LocalSecrets,
  inherited: Readonly<Record<string, string>> = {},
): ServiceRow[] {
  const linkedInPartner = inherited['SANDBOX_LINKEDIN_PARTNER'] === 'true';
  const accounts = sandboxAccounts(at, secrets, { linkedInPartner });
  // Whoever starts the launcher may say otherwise.
  const installed = {
    CHANNEL_PROVIDERS: inherited['CHANNEL_PROVIDERS'] ?? sandboxChannels(toldOf(accounts, 'gateway')),
  };
  // Nobody real can be reached from here. A tenant's or a campaign's settings demand consent as anywhere (ADR 0015).
  const consent = { CONSENT_REQUIRED: inherited['CONSENT_REQUIRED'] ?? 'sms:never;whatsapp:never' };
  const truth = { EVENTSTORE_URL: at.eventStore };
  const bus = (user: Parameters<LocalAddresses['bus']>[0]) => ({ NATS_URL: at.bus(user) });
  const read = (role: 'read_system' | 'read_api') => ({ READ_DATABASE_URL: at.database(role) });
  const vault = (role: 'vault_intake' | 'vault_open' | 'vault_api') => ({ VAULT_DATABASE_URL: at.database(role) });
  const identity = { ID_NAMESPACE: secrets.idNamespace, FINGERPRINT_KEY: secrets.fingerprintKey };
  const seal = { VAULT_SEAL_KEY: secrets.vaultSealKey };
  const open = { VAULT_OPEN_KEY: secrets.vaultOpenKey };
  const desk = { DESK_DATABASE_URL: at.database('vault_desk'), DEAD_LETTER_OPEN_KEY: secrets.deadLetterOpenKey };
  const unsubscribe = { UNSUBSCRIBE_KEYS: accountSecrets(secrets)('UNSUBSCRIBE_KEYS') };
  const letters = { DEAD_LETTER_SEAL_KEY: secrets.deadLetterSealKey };
  return [
    {
      name: 'event-store-dev',
      after: ['database events'],
      ready: 'accepts',
      env: { EVENTS_DATABASE_URL: at.database('events_owner') },
    },
    {
      name: 'provider-simulator',
      after: [],
      env: {
        ...toldOf(accounts, 'simulator'),
        WEBHOOK_URL: at.http('webhook-ingestion'),
      },
    },
    {
      name: 'projector',
      after: ['event-store-dev', 'nats', 'schema read'],
      env: { ...truth, ...bus('projector'), ...read('read_system') },
    },
    {
      name: 'orchestrator',
      after: ['event-store-dev', 'nats', 'schema read', 'schema vault'],
      env: {
        ...truth,
        ...bus('orchestrator'),
        ...read('read_system'),
        ...vault('vault_intake'),
        ...identity,
        ...seal,
        ...letters,
        ...desk,
        ...installed,
        ...consent,
      },
    },
    {
      name: 'scheduler',
      after: ['event-store-dev', 'nats', 'schema read', 'schema vault'],
      // Sealed requests without an outreach are fed again: it sees who was accepted, never what was said.
      env: {
        ...truth,
        ...bus('scheduler'),
        ...read('read_system'),
        ...vault('vault_intake'),
        ...seal,
        FINGERPRINT_KEY: secrets.fingerprintKey,
      },
    },
    {
      name: 'channel-gateway',
      after: ['event-store-dev', 'nats', 'schema vault', 'provider-simulator'],
      env: {
        ...truth,
        ...bus('channel-gateway'),
        ...vault('vault_open'),
        ...open,
        ...letters,
        ...unsubscribe,
        UNSUBSCRIBE_BASE_URL: at.http('webhook-ingestion'),
        ...installed,
        ...toldOf(accounts, 'gateway'),
      },
    },
    {
      name: 'webhook-ingestion',
      after: ['nats'],
      env: {
        ...bus('webhook-ingestion'),
        ...letters,
        WEBHOOK_KEYS_OPEN_KEY: secrets.webhookKeysOpenKey,
        ...unsubscribe,
        PUBLIC_WEBHOOK_URL: at.http('webhook-ingestion'),
        ...toldOf(accounts, 'ingestion'),
      },
    },
    {
      name: 'api',
      after: ['nats', 'schema read', 'sandbox'],
      env: {
        ...bus('api'),
        ...installed,
        ...consent,
        ...read('read_api'),
        ...vault('vault_api'),
        VAULT_INTAKE_DATABASE_URL: at.database('vault_intake'),
        ...identity,
        ...seal,
        ...letters,
        WEBHOOK_KEYS_SEAL_KEY: secrets.webhookKeysSealKey,
      },
    },
  ];
}
