import { spreadFigure, valueFigure } from '../figures/report.js';
import type { ScheduleWish } from '../figures/arrival.schedule.js';
import type { LoadJob } from '../load/load.job.js';
import { runLoad } from '../load/load.client.js';
import { drained, loadMessages, queuesEmpty } from '../load/message.load.js';
import { ProjectionObserver } from '../load/projection.observer.js';
import { ownCpuMs } from '../machine/own.cpu.js';
import { usageOfStack } from '../machine/stack.usage.js';
import { secretsOf } from '../stack/store.access.js';
import { cpuSpent, noise } from './cost.figures.js';
import { runName, type Section } from './section.js';

/** Signed webhooks of SendGrid, one event each, about messages that were delivered before. */
export const webhooks: Section = (parts) =>
  measured(parts, {
    name: 'webhooks',
    who: 'Signed SendGrid webhooks',
    jobOf: (stack) => ({
      kind: 'webhook',
      url: stack.env['WEBHOOK_URL'] ?? '',
      privateKey: secretsOf(stack)['sendgridWebhookPrivateKey'] ?? '',
      tenantId: stack.tenantId,
    }),
  });

/** The same of four providers in turn, every fifth told before. */
export const mixedWebhooks: Section = (parts) =>
  measured(parts, {
    name: 'webhooks-mixed',
    who: 'Webhooks of SendGrid, Mailgun, Brevo and Twilio in turn, each verified in its own way, one in five told before,',
    jobOf: (stack) => ({
      kind: 'mixed webhooks',
      url: stack.env['WEBHOOK_URL'] ?? '',
      secrets: stack.environmentOf('provider-simulator'),
      tenantId: stack.tenantId,
    }),
  });

type Parts = Parameters<Section>[0];
type WebhookLoad<K extends LoadJob['kind']> = Omit<
  Extract<LoadJob, { kind: K }>,
  keyof ScheduleWish | 'run' | 'deliveries'
>;

interface Load {
  readonly name: string;
  readonly who: string;
  readonly jobOf: (stack: Parts['stack']) => WebhookLoad<'webhook'> | WebhookLoad<'mixed webhooks'>;
}

async function measured({ stack, flags, say }: Parts, { name, who, jobOf }: Load): ReturnType<Section> {
  const rate = flags.rate ?? (flags.quick ? 100 : 300);
  const seconds = flags.seconds ?? (flags.quick ? 4 : 10);
  const deliveries = await deliveredMessages(stack, Math.ceil(Math.min(rate * seconds, 1_000)));
  const job = { ...jobOf(stack), deliveries };
  say(`${name}: warming up`);
  await runLoad({ ...job, run: runName('warm'), rate: rate / 2, seconds: 2, seed: 2 });
  await queuesEmpty(stack);
  const before = await usageOfStack(stack);
  const own = ownCpuMs();
  say(`${name}: ${rate}/s for ${seconds} s`);
  const load = await runLoad({ ...job, run: runName('hook'), rate, seconds, seed: 1 });
  await queuesEmpty(stack);
  const generators = ownCpuMs() - own;
  const after = await usageOfStack(stack);
  const { planned, latencies, lateness } = load;
  const perWebhook = (ms: number): number => ms / Math.max(1, latencies.length);
  const ingestion = (after.cpuMs['webhook-ingestion'] ?? 0) - (before.cpuMs['webhook-ingestion'] ?? 0);
  return {
    name,
    what:
      `${who} at ${rate} POST/s for ${seconds} s, one event each, about ${deliveries.length} delivered messages; ` +
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
}

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
