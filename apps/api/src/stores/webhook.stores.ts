import {
  BUS_STREAMS,
  readWebhookHealth,
  readWebhookKeys,
  WEBHOOK_HEALTH,
  type WebhookHealthReport,
  type WebhookKeysMessage,
} from '@homing/contracts';
import { type Bus, Publisher, publishNewer, readLatest } from '@homing/messaging';
import { type Logger, toSafeError } from '@homing/service-kit';
import { allWebhookAccounts, createWebhookAccounts } from '@homing/vault/registry';
import { createWebhookKeySealer } from '@homing/vault/seal';
import type { VaultDatabase } from '@homing/vault/intake';
import type { ApiConfig } from '../api.config.js';
import type { ApiWebhooks } from '../api.parts.js';
import { keysEvent } from '../keep-webhooks/account.keeper.js';

interface Given {
  readonly config: Pick<ApiConfig, 'webhookKeysSealKey' | 'webhookAccountsPerTenant'>;
  readonly vault: VaultDatabase;
  readonly vaultIntake: VaultDatabase;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** How often ingestion is told everything again: what was pending, and what a remade stream does not hold. */
const TELL_EVERY_MS = 60_000;

/** Undefined where no key is set to seal with. */
export function openWebhooks({ config, vault, vaultIntake, bus, logger }: Given): ApiWebhooks | undefined {
  if (!config.webhookKeysSealKey) return undefined;
  const publisher = new Publisher(bus, { ackTimeoutMs: 1_000, deadlineMs: 4_000 });
  const tell: ApiWebhooks['tell'] = (said) =>
    publishNewer(bus, publisher, { ...said, stream: BUS_STREAMS.webhookKeys, read: readKeys });
  const tellAll = async () => {
    for (const account of await allWebhookAccounts(vaultIntake)) await tell(keysEvent(account));
  };
  const again = () =>
    void tellAll().catch((error: unknown) =>
      logger.warn({ err: toSafeError(error) }, 'webhook keys could not be told again'),
    );
  const first = setTimeout(again, 1_000);
  const telling = setInterval(again, TELL_EVERY_MS);
  first.unref();
  telling.unref();
  bus.closed.addEventListener('abort', () => {
    clearTimeout(first);
    clearInterval(telling);
  });
  return {
    accounts: createWebhookAccounts(vault),
    most: config.webhookAccountsPerTenant,
    seal: createWebhookKeySealer({ sealKey: config.webhookKeysSealKey.reveal() }),
    tell,
    reports: () => readReports(bus),
  };
}

const dataOf = (bytes: Uint8Array): unknown =>
  (JSON.parse(Buffer.from(bytes).toString('utf8')) as { data?: unknown } | null)?.data;

/** What cannot be read says nothing: anything is newer. */
function readKeys(stored: Uint8Array): WebhookKeysMessage | undefined {
  try {
    return readWebhookKeys(dataOf(stored));
  } catch {
    return undefined;
  }
}

async function readReports(bus: Bus): Promise<WebhookHealthReport[]> {
  const stored = await readLatest(bus, { stream: BUS_STREAMS.webhookHealth, subject: WEBHOOK_HEALTH });
  return stored.flatMap((bytes) => readWebhookHealth(dataOf(bytes)) ?? []);
}
