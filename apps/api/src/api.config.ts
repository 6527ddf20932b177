import { fileURLToPath } from 'node:url';
import { DEFAULT_CHANNEL_PROVIDERS } from '@homing/domain';
import { readInstallation } from '@homing/intake/rules';
import type { Env, Secret } from '@homing/service-kit';
import type { ApiSettings } from './api.parts.js';

export interface ApiConfig {
  readonly natsUrl: Secret;
  /** Role `vault_api`: registry and persons of one tenant at a time. */
  readonly vaultUrl: Secret;
  /** Role `vault_intake`: seals, and sees whose accepted requests are whose. */
  readonly vaultIntakeUrl: Secret;
  readonly readUrl: Secret;
  readonly idNamespace: Secret;
  readonly fingerprintKey: Secret;
  readonly sealKey: Secret;
  /** Public half of the dead letters' own key pair. */
  readonly deadLetterSealKey: Secret;
  /** Public half of ingestion's own pair; without it no webhook accounts can be kept. */
  readonly webhookKeysSealKey: Secret | undefined;
  /** Accounts with keys that one tenant may have. */
  readonly webhookAccountsPerTenant: number;
  readonly consoleDirectory: string;
  readonly settings: ApiSettings;
}

const postgres = { protocols: ['postgres', 'postgresql'] } as const;

/** Reads everything; the caller checks the environment afterwards, so that one error names every fault. */
export function readApiConfig(env: Env): ApiConfig {
  return {
    natsUrl: env.secret('NATS_URL', { protocols: ['nats', 'tls'] }),
    vaultUrl: env.secret('VAULT_DATABASE_URL', postgres),
    vaultIntakeUrl: env.secret('VAULT_INTAKE_DATABASE_URL', postgres),
    readUrl: env.secret('READ_DATABASE_URL', postgres),
    idNamespace: env.secret('ID_NAMESPACE', { minLength: 36 }),
    fingerprintKey: env.secret('FINGERPRINT_KEY', { minLength: 44 }),
    sealKey: env.secret('VAULT_SEAL_KEY', { minLength: 44 }),
    deadLetterSealKey: env.secret('DEAD_LETTER_SEAL_KEY', { minLength: 44 }),
    webhookKeysSealKey: env.optionalSecret('WEBHOOK_KEYS_SEAL_KEY', { minLength: 44 }),
    webhookAccountsPerTenant: env.int('WEBHOOK_ACCOUNTS_PER_TENANT', { default: 50, min: 1, max: 10_000 }),
    consoleDirectory: env.string('CONSOLE_DIRECTORY', {
      default: fileURLToPath(new URL('../../console/dist', import.meta.url)),
    }),
    settings: readSettings(env),
  };
}

function readSettings(env: Env): ApiSettings {
  return {
    policy: readInstallation(
      env.string('CHANNEL_PROVIDERS', { default: DEFAULT_CHANNEL_PROVIDERS }),
      env,
      env.string('CONSENT_REQUIRED', { default: '' }),
    ).policy,
    rateLimit: {
      perSecond: env.int('RATE_LIMIT_PER_SECOND', { default: 200, min: 1 }),
      burst: env.int('RATE_LIMIT_BURST', { default: 1_000, min: 1 }),
    },
    decisionWaitMs: env.int('DECISION_WAIT_MS', { default: 2_000, min: 0, max: 30_000 }),
    deskWaitMs: env.int('DESK_WAIT_MS', { default: 8_000, min: 100, max: 60_000 }),
    feedPollMs: env.int('FEED_POLL_MS', { default: 2_000, min: 50 }),
    heartbeatMs: env.int('HEARTBEAT_MS', { default: 15_000, min: 100 }),
    streamsPerKey: env.int('STREAMS_PER_KEY', { default: 50, min: 1 }),
  };
}
