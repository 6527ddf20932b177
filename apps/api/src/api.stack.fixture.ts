import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdDeriver } from '@homing/contracts';
import { type RunningNats, startNats } from '@homing/embedded-stores';
import { createLogger, type RunningService, serviceBasics, startService } from '@homing/service-kit';
import { generateVaultKeys, type VaultKeys } from '@homing/vault';
import { type AcceptedRecord, createVaultIntake } from '@homing/vault/intake';
import { createRegistry, type Registry } from '@homing/vault/registry';
import { makeReadDatabase, type ReadDatabase } from '../../../libs/read-model/src/fixtures/read-database.fixture.js';
import { startTestVault, type TestVault } from '../../../libs/vault/src/database/vault.fixture.js';
import { SCOPES } from './security/caller.js';
import { wireApi } from './api.wiring.js';
import { FakeOrchestrator } from './fake-orchestrator.fixture.js';

export const ID_NAMESPACE = '5b0d1f52-8a61-4d7c-9a55-3f4f6a0a1c77';
const actor = 'test';

export interface TestTenant {
  readonly tenantId: string;
  /** All scopes of a tenant. */
  readonly key: string;
  readonly keyWith: (scopes: readonly string[]) => Promise<string>;
}

/** The shipped service over real stores; the orchestrator alone is played. */
export interface ApiStack {
  readonly service: RunningService;
  readonly orchestrator: FakeOrchestrator;
  readonly vault: TestVault;
  /** The dead letters' own pair. */
  readonly deadLetterKeys: VaultKeys;
  readonly read: ReadDatabase;
  readonly registry: Registry;
  readonly ids: ReturnType<typeof createIdDeriver>;
  /** What the service logged. */
  readonly lines: string[];
  newTenant(): Promise<TestTenant>;
  /** What the vault accepted, by outreach. */
  intakeRecords(outreachIds: readonly string[]): Promise<AcceptedRecord[]>;
  /** Another instance of the service; `own` goes before the common environment. */
  startAnother(own: Record<string, string>): Promise<RunningService>;
  stopBus(): Promise<void>;
  startBus(): Promise<void>;
  stop(): Promise<void>;
}

export async function startApiStack(): Promise<ApiStack> {
  const dir = mkdtempSync(join(tmpdir(), 'homing-api-'));
  const vault = await startTestVault();
  const read = await makeReadDatabase();
  const start = (port: number) => startNats({ dir: join(dir, 'nats'), port, encryptionKey: 'only-for-tests' });
  let nats: RunningNats = await start(0);
  const orchestrator = await FakeOrchestrator.start(nats.url);
  const lines: string[] = [];
  const deadLetterKeys = await generateVaultKeys();
  const environment = {
    PORT: '0',
    NATS_URL: nats.url,
    VAULT_DATABASE_URL: loginOf(vault, 'vault_api'),
    VAULT_INTAKE_DATABASE_URL: loginOf(vault, 'vault_intake'),
    READ_DATABASE_URL: read.urlOf('api'),
    ID_NAMESPACE,
    FINGERPRINT_KEY: vault.fingerprintKey,
    VAULT_SEAL_KEY: vault.keys.sealKey,
    DEAD_LETTER_SEAL_KEY: deadLetterKeys.sealKey,
    DESK_WAIT_MS: '2000',
    FEED_POLL_MS: '200',
  };
  const startOne = (own: Record<string, string> = {}): Promise<RunningService> => {
    const destination = { write: (line: string) => void lines.push(line) };
    const logger = createLogger({ service: 'api', instance: 'test', destination });
    return startService({
      ...wireApi({ ...serviceBasics('api', { ...environment, ...own }), logger }),
      drainMs: 3_000,
    });
  };
  const service = await startOne();
  const others: RunningService[] = [];
  const registry = createRegistry({ db: vault.as('vault_api'), access: 'tenant' });
  const operator = createRegistry({ db: vault.as('owner'), access: 'system' });
  const { fingerprintKey, keys } = vault;
  const sealed = createVaultIntake({ db: vault.as('vault_intake', 2), sealKey: keys.sealKey, fingerprintKey });
  return {
    service,
    orchestrator,
    vault,
    deadLetterKeys,
    read,
    registry,
    ids: createIdDeriver(ID_NAMESPACE),
    lines,
    intakeRecords: (outreachIds) => sealed.loadAccepted(outreachIds),
    async newTenant() {
      const tenantId = randomUUID();
      await operator.createTenant({ actor, id: tenantId, name: 'Sandbox' });
      const keyWith = async (scopes: readonly string[]): Promise<string> =>
        (await operator.createApiKey({ actor, tenantId, name: 'k', scopes, env: 'test' })).key;
      return { tenantId, keyWith, key: await keyWith(SCOPES.filter((scope) => scope !== 'installation:operate')) };
    },
    async startAnother(own) {
      const another = await startOne(own);
      others.push(another);
      return another;
    },
    stopBus: () => nats.stop(),
    async startBus() {
      nats = await start(nats.port);
    },
    async stop() {
      await Promise.all([service, ...others].map((each) => each.stop()));
      await orchestrator.stop();
      await nats.stop();
      await Promise.all([vault.close(), read.drop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The login that the vault's own fixture made. */
function loginOf(vault: TestVault, role: 'vault_api' | 'vault_intake'): string {
  const url = new URL(vault.ownerUrl);
  [url.username, url.password] = [role, 'only-for-tests'];
  return url.href;
}

/** Looks until it holds. Ends with the test's own time-out, never with a guess of ours. */
export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
