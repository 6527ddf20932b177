import { WEBHOOK_WORDS } from '@homing/contracts';
import { finding, type Examination, type Finding } from '../finding.js';
import { readSeries } from './metrics.reading.js';

/** What services say to Prometheus. */
export interface AskedWebhooks {
  readonly ingestion: () => Promise<string>;
  /** Each gateway's. */
  readonly gateways: () => Promise<readonly string[]>;
}

/** So many of one provider within ten minutes are told: more than a clock that is wrong once. */
const MANY_FORGED = 20;

/** Whether what became of messages can be heard, and who tries to say it that may not. */
export const examineWebhooks = ({ ingestion, gateways }: AskedWebhooks, needs: readonly string[]): Examination => ({
  subject: 'webhooks',
  needs,
  look: async () => {
    const [heard, sending] = await Promise.all([ingestion(), gateways()]);
    return { findings: [...unheard(heard, sending), ...forged(heard)], note: 'every provider in use can be heard' };
  },
});

/** Providers messages leave through, of which no webhook could be valid. Of an ingestion that does not say its keys nothing is known. */
function unheard(heard: string, sending: readonly string[]): Finding[] {
  const keys = new Map(
    readSeries(heard, 'homing_webhook_keys').map(({ labels, value }) => [labels['provider'] ?? '', value]),
  );
  if (keys.size === 0) return [];
  const used = new Set(
    sending.flatMap((text) => readSeries(text, 'homing_provider_share').map(({ labels }) => labels['provider'] ?? '')),
  );
  return [...used].toSorted().flatMap((provider) => {
    const words = WEBHOOK_WORDS[provider] ?? [];
    if (words.length === 0 || words.some((word) => (keys.get(word) ?? 0) > 0)) return [];
    return [finding('WEBHOOKS_WITHOUT_KEY', `${provider}: /webhooks/${words[0]}`)];
  });
}

function forged(heard: string): Finding[] {
  return readSeries(heard, 'homing_webhooks_forged_recently').flatMap(({ labels, value }) =>
    value < MANY_FORGED ? [] : [finding('WEBHOOKS_FORGED', `${labels['provider']}: ${value} within ten minutes`)],
  );
}
