import { sql } from 'kysely';
import { createIdDeriver } from '@homing/contracts';
import { createIntake, createIntakeCheck, lookUpNamed } from '@homing/intake';
import { connectBus } from '@homing/messaging';
import { connectReadModel, createBatchQueries, createTenantQueries } from '@homing/read-model';
import type { ServiceBasics } from '@homing/service-kit';
import { createBatchKeeper, createBatchView } from '@homing/vault/batch';
import { createVaultEraser } from '@homing/vault/erase';
import { createVaultIntake, openVaultDatabase, type VaultDatabase } from '@homing/vault/intake';
import {
  createAnswerKey,
  createInboundView,
  createLetterView,
  createRepairSealer,
  createTaskAnswerKey,
} from '@homing/vault/letters';
import { createRegistry } from '@homing/vault/registry';
import { createFingerprinter, maskAddress } from '@homing/vault/seal';
import { createConsentView } from '@homing/vault/consent';
import { createSuppressionView } from '@homing/vault/suppression';
import type { ApiConfig } from '../api.config.js';
import type { ApiParts } from '../api.parts.js';
import { gatheredIntake } from '../take-request/gathered.intake.js';
import { apiBus } from './bus.adapter.js';
import { openWebhooks } from './webhook.stores.js';

export interface ApiStores {
  readonly parts: ApiParts;
  /** Closes what was opened. Call it after the last answer. */
  close(): Promise<void>;
}

/** Opens everything lazily: nothing waits for a store here; readiness says which is down. */
export function openApiStores(config: ApiConfig, { logger, readiness, instance }: ServiceBasics): ApiStores {
  const onConnectionError = (error: Error): void => logger.warn({ err: error }, 'idle connection lost');
  const vault = openVaultDatabase({ url: config.vaultUrl.reveal(), maxConnections: 8, onConnectionError });
  const vaultIntake = openVaultDatabase({ url: config.vaultIntakeUrl.reveal(), maxConnections: 8, onConnectionError });
  const read = connectReadModel({
    connectionString: config.readUrl.reveal(),
    max: 8,
    applicationName: instance,
    onError: onConnectionError,
  });
  const bus = connectBus({ url: config.natsUrl, name: instance, logger });
  watch(readiness, { vault, vaultIntake, read, bus });
  const fingerprintKey = config.fingerprintKey.reveal();
  const registry = createRegistry({ db: vault, access: 'tenant' });
  const sealed = createVaultIntake({ db: vaultIntake, sealKey: config.sealKey.reveal(), fingerprintKey });
  const ids = createIdDeriver(config.idNamespace.reveal());
  const named = createRegistry({ db: vaultIntake, access: 'system' });
  const intake = gatheredIntake(createIntake({ vault: sealed, registry: named, ids }));
  const fingerprinter = createFingerprinter(fingerprintKey);
  const webhooks = openWebhooks({ config, vault, vaultIntake, bus, logger });
  return {
    parts: {
      registry,
      intake,
      batches: {
        idOf: ids.batchId,
        outreachIdOf: (tenantId, requestId) => ids.outreachId(tenantId, 'api', requestId),
        digest: fingerprinter.digest,
        check: createIntakeCheck({ registry: named, ids }),
        named: (items) => lookUpNamed(named, items),
        keeper: createBatchKeeper(vaultIntake),
        view: createBatchView(vault),
        rows: createBatchQueries(read),
      },
      accepted: sealed,
      persons: createVaultEraser({ db: vault, fingerprintKey }),
      queries: createTenantQueries(read),
      letters: {
        view: createLetterView(vault),
        createAnswerKey,
        sealRepair: createRepairSealer({ sealKey: config.deadLetterSealKey.reveal() }),
      },
      createTaskKey: createTaskAnswerKey,
      inbound: createInboundView(vault),
      suppressions: createSuppressionView(vault),
      consents: { ...createConsentView(vault), idOf: (tenantId, word) => ids.key('consent', tenantId, word) },
      addresses: { fingerprint: fingerprinter.address, mask: maskAddress },
      bus: apiBus(bus),
      ...(webhooks ? { webhooks } : {}),
      stopping: readiness.stopping,
      logger,
      settings: config.settings,
    },
    async close() {
      await Promise.all([bus.close(), read.close(), vault.destroy(), vaultIntake.destroy()]);
    },
  };
}

interface Watched {
  readonly vault: VaultDatabase;
  readonly vaultIntake: VaultDatabase;
  readonly read: ReturnType<typeof connectReadModel>;
  readonly bus: ReturnType<typeof connectBus>;
}

function watch(readiness: ServiceBasics['readiness'], { vault, vaultIntake, read, bus }: Watched): void {
  const answers = async (db: VaultDatabase) => {
    await sql`select version from registry.version`.execute(db);
    return { status: 'up' as const };
  };
  readiness.add('vault', () => answers(vault));
  readiness.add('vault-intake', () => answers(vaultIntake));
  readiness.add('read', async () => {
    await read.ping();
    return { status: 'up' as const };
  });
  readiness.add('bus', bus.health);
}
