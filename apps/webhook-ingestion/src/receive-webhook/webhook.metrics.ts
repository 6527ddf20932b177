import { counter, histogram } from '@homing/service-kit/telemetry';
import type { FastifyInstance } from 'fastify';
import { isWebhook } from '../http/caller.bounds.js';

const webhooks = histogram({
  name: 'homing_webhook_ack_seconds',
  help: 'One webhook, from its first byte to our answer: stored, refused as forged or malformed, or told to come again (busy).',
  labels: { provider: 'open', outcome: ['stored', 'forged', 'unknown_provider', 'busy', 'malformed', 'failed'] },
});

export const webhookFacts = counter({
  name: 'homing_webhook_facts_total',
  help: 'Facts taken from verified webhooks and stored on the bus.',
  labels: { provider: 'open', fact: 'open' },
});

/** Every webhook, answered by whatever hook or handler. A provider we do not know is not called by the name it was given. */
export function measureWebhooks(server: FastifyInstance, isKnown: (provider: string) => boolean): void {
  server.addHook('onResponse', async (request, reply) => {
    if (!isWebhook(request)) return;
    const { provider } = request.params as { provider: string };
    const labels = { provider: isKnown(provider) ? provider : 'unknown', outcome: outcomeOf(reply.statusCode) };
    webhooks.observe(reply.elapsedTime / 1_000, labels);
  });
}

type Outcome = 'stored' | 'forged' | 'unknown_provider' | 'busy' | 'malformed' | 'failed';

function outcomeOf(status: number): Outcome {
  if (status < 300) return 'stored';
  if (status === 401 || status === 403 || status === 406) return 'forged';
  if (status === 404) return 'unknown_provider';
  if (status === 503 || status === 429) return 'busy';
  return status < 500 ? 'malformed' : 'failed';
}
