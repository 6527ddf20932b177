import { spreadFigure, valueFigure } from '../figures/report.js';
import { runLoad } from '../load/load.client.js';
import { drained, loadMessages, queuesEmpty } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { secretsOf } from '../stack/store.access.js';
import { cpuSpent, noise } from './cost.figures.js';
import { runName, type Section } from './section.js';

/** Signed webhooks, one event each, about messages that were delivered before. */
export const webhooks: Section = async ({ stack, flags, say }) => {
  const rate = flags.rate ?? (flags.quick ? 100 : 300);
  const seconds = flags.seconds ?? (flags.quick ? 4 : 10);
  const deliveries = await deliveredMessages(stack, Math.ceil(Math.min(rate * seconds, 1_000)));
  const job = {
    kind: 'webhook',
    url: stack.env['WEBHOOK_URL'] ?? '',
    privateKey: secretsOf(stack)['sendgridWebhookPrivateKey'] ?? '',
    tenantId: stack.tenantId,
    deliveries,
  } as const;
  say('webhooks: warming up');
  await runLoad({ ...job, run: runName('warm'), rate: rate / 2, seconds: 2, seed: 2 });
  await queuesEmpty(stack);
  const before = await usageOfStack(stack);
  const own = ownCpuMs();
  say(`webhooks: ${rate}/s for ${seconds} s`);
  const load = await runLoad({ ...job, run: runName('hook'), rate, seconds, seed: 1 });
  await queuesEmpty(stack);
  const generators = ownCpuMs() - own;
  const after = await usageOfStack(stack);
  const { planned, latencies, lateness } = load;
  const perWebhook = (ms: number): number => ms / Math.max(1, latencies.length);
  const ingestion = (after.cpuMs['webhook-ingestion'] ?? 0) - (before.cpuMs['webhook-ingestion'] ?? 0);
  return {
    name: 'webhooks',
    what:
      `Signed SendGrid webhooks at ${rate} POST/s for ${seconds} s, one event each, about ${deliveries.length} delivered messages; ` +
      'an answer means stored on the bus. The orchestrator and the projector work on what they say meanwhile.',
    othersShare: noise(before, after, generators),
    figures: [
      spreadFigure('webhook ack', latencies, { unit: 'ms', to: 'publish', aim: { of: 'p99', bound: 50 } }),
      spreadFigure('generator late by', lateness, { unit: 'ms' }),
      valueFigure('not acknowledged', (100 * (planned - latencies.length)) / planned, { unit: '%' }),
      valueFigure('CPU a webhook, webhook-ingestion', perWebhook(ingestion), { unit: 'CPU-ms', to: 'cpu' }),
      valueFigure('CPU a webhook, everything, to projected', perWebhook(cpuSpent(before, after).all), {
        unit: 'CPU-ms',
        to: 'cpu',
      }),
    ],
  };
};

/** Delivery ids of messages made for this, each delivered. */
async function deliveredMessages(stack: Parameters<Section>[0]['stack'], wanted: number): Promise<string[]> {
  const observer = await ProjectionObserver.start(stack.env['DATABASE_URL'] ?? '');
  try {
    const rate = 80;
    const { accepted } = await loadMessages(stack, { rate, seconds: Math.ceil(wanted / rate), via: 'bus' });
    await drained(stack, observer, accepted.length);
    return accepted.map(([outreachId]) => `${outreachId}.1`);
  } finally {
    await observer.stop();
  }
}
