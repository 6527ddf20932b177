import { PROVIDER_PLAYS, type LedgerLine } from '@homing/provider-simulator';
import type { Weapon } from './load.kinds.js';
import type { LoadJob } from './load.job.js';

/** As each of them takes our ids along; the same message is spoken of by all. */
const SPEAKERS = ['sendgrid', 'mailgun', 'brevo', 'twilio'] as const;
type Speaker = (typeof SPEAKERS)[number];

/** Every fifth says what was said ten before it: a provider that comes again. */
const toldBefore = (n: number): number => (n % 5 === 4 && n >= 10 ? n - 10 : n);

/** The providers' own signatures over events made before the load begins, posted by the simulator's own hands. */
export async function mixedWebhooks(
  job: Extract<LoadJob, { kind: 'mixed webhooks' }>,
  planned: number,
): Promise<Weapon> {
  const at = new Date().toISOString();
  const target = {
    url: job.url,
    seed: job.run,
    now: () => Date.parse(at),
    secret: (name: string) => job.secrets[name],
  };
  const posts = new Map(
    SPEAKERS.map((speaker) => {
      const post = PROVIDER_PLAYS.find(({ provider }) => provider === speaker)?.post?.(target);
      if (!post) throw new Error(`${speaker} tells nothing here`);
      return [speaker, post] as const;
    }),
  );
  const thunks = Array.from({ length: planned }, (_, i) => {
    const n = toldBefore(i);
    const speaker = SPEAKERS[n % SPEAKERS.length] ?? 'sendgrid';
    const line = lineOf(speaker, { job, n, at });
    const fate = speaker === 'twilio' ? 'delivered' : 'opened';
    return posts.get(speaker)?.([{ line, step: { fate, afterMs: 0 }, index: 0 }], false);
  });
  return Promise.resolve({
    fire: async (n) => {
      const status = await thunks[n]?.();
      return status !== undefined && status >= 200 && status < 300 ? {} : { failure: `http ${status ?? 'none'}` };
    },
    close: () => Promise.resolve(),
  });
}

interface Of {
  readonly job: Extract<LoadJob, { kind: 'mixed webhooks' }>;
  readonly n: number;
  readonly at: string;
}

function lineOf(provider: Speaker, { job, n, at }: Of): LedgerLine {
  const deliveryId = job.deliveries[n % job.deliveries.length] ?? '';
  const ids = { op_delivery_id: deliveryId, op_attempt: '1', op_tenant_id: job.tenantId };
  const query = new URLSearchParams({ d: deliveryId, a: '1', t: job.tenantId }).toString();
  const args = {
    sendgrid: ids,
    mailgun: ids,
    brevo: { 'X-Mailin-custom': JSON.stringify(ids) },
    twilio: { from: '+15550000001', callback: `${job.url}/webhooks/twilio?${query}` },
  };
  return {
    ...{ n: n + 1, at, provider, channel: 'email', to: 'robin@sandbox.test', deliveryId, attempt: 1 },
    ...{ idempotencyKey: null, messageId: `${job.run}-${n}`, args: args[provider] },
  };
}
