import type { ScheduleWish } from '../figures/arrival.schedule.js';

/** What a load generator is told. */
export type LoadJob = ScheduleWish & (BusJob | HttpJob | WebhookJob | MixedWebhooksJob | EchoJob);

interface BusJob {
  readonly kind: 'bus';
  /** With user and password. */
  readonly url: string;
  readonly tenantId: string;
  /** Source of the CloudEvents; part of who is asked for, so that no two runs ask for the same. */
  readonly run: string;
}

interface HttpJob {
  readonly kind: 'http';
  readonly url: string;
  readonly key: string;
  readonly run: string;
  /** Answer when durable, without waiting for the decision. */
  readonly respondAsync: boolean;
}

interface WebhookJob {
  readonly kind: 'webhook';
  readonly url: string;
  /** PEM. */
  readonly privateKey: string;
  readonly tenantId: string;
  readonly run: string;
  /** Delivery ids the events speak of, in turn. */
  readonly deliveries: readonly string[];
}

/** Webhooks of several providers in turn, one in five of them twice. */
interface MixedWebhooksJob {
  readonly kind: 'mixed webhooks';
  readonly url: string;
  /** What providers sign with, by the name of its variable. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly tenantId: string;
  readonly run: string;
  /** Delivery ids the events speak of, in turn. */
  readonly deliveries: readonly string[];
}

/** Posts to a server that does nothing: what HTTP itself costs here. */
interface EchoJob {
  readonly kind: 'echo';
}

/** What became of one load. Times in milliseconds. */
export interface LoadResult {
  readonly planned: number;
  /** From the intended arrival to the acknowledgement; only of what was acknowledged. */
  readonly latencies: readonly number[];
  /** Answers that were none, by what they were. */
  readonly failures: Readonly<Record<string, number>>;
  /** How late requests left the generator: large when the generator itself got no processor. */
  readonly lateness: readonly number[];
  /** What was acknowledged: its id (of the outreach over HTTP, of the request over the bus) and its intended arrival, epoch milliseconds. */
  readonly accepted: readonly (readonly [id: string, intendedAt: number])[];
  /** When the first was intended, epoch milliseconds. */
  readonly startedAt: number;
}
