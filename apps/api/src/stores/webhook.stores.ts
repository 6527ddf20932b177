import { BUS_STREAMS, readWebhookHealth, WEBHOOK_HEALTH, type WebhookHealthReport } from '@homing/contracts';
import { type Bus, Publisher, readLatest } from '@homing/messaging';
import { type Logger, toSafeError } from '@homing/service-kit';
import { allWebhookAccounts, createWebhookAccounts } from '@homing/vault/registry';
import { createWebhookKeySealer } from '@homing/vault/seal';
import type { VaultDatabase } from '@homing/vault/intake';
import type { ApiConfig } from '../api.config.js';
import type { ApiWebhooks } from '../api.parts.js';
import { keysEvent } from '../keep-webhooks/account.keeper.js';

interface Given {
  readonly config: Pick<ApiConfig, 'webhookKeysSealKey'>;
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
  const tell: ApiWebhooks['tell'] = async ({ subject, event, tenantId, key }) =>
    void (await publisher.publish(subject, event, { tenantId, key }));
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
    seal: createWebhookKeySealer({ sealKey: config.webhookKeysSealKey.reveal() }),
    tell,
    reports: () => readReports(bus),
  };
}

async function readReports(bus: Bus): Promise<WebhookHealthReport[]> {
  const stored = await readLatest(bus, { stream: BUS_STREAMS.webhookHealth, subject: WEBHOOK_HEALTH });
  return stored.flatMap((bytes) => {
    const event = JSON.parse(Buffer.from(bytes).toString('utf8')) as { data?: unknown } | null;
    return readWebhookHealth(event?.data) ?? [];
  });
}
