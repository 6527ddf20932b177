import { WEBHOOK_PROVIDERS } from '@homing/contracts';
import { gauge } from '@homing/service-kit/telemetry';
import type { HealthBook } from './health.book.js';

const keys = gauge({
  name: 'homing_webhook_keys',
  help: 'Keys in force that webhooks of a provider may be signed with, those of the tenants’ accounts included. 0: nobody is heard there.',
  labels: { provider: [...WEBHOOK_PROVIDERS] },
});

const forged = gauge({
  name: 'homing_webhooks_forged_recently',
  help: 'Webhooks that this process refused as forged or stale within the last ten minutes.',
  labels: { provider: [...WEBHOOK_PROVIDERS] },
});

/** Shows, whenever it is asked, who can be heard and who was refused of late. */
export function showHealth(book: Pick<HealthBook, 'keysOf' | 'forgedRecently'>): void {
  for (const provider of WEBHOOK_PROVIDERS) {
    keys.observe(() => book.keysOf(provider), { provider });
    forged.observe(() => book.forgedRecently(provider), { provider });
  }
}
