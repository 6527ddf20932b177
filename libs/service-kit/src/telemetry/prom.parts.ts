import { createRequire } from 'node:module';
import type * as prom from 'prom-client';

/**
 * The parts of prom-client that are used here, without its front door: that loads summaries, push gateways and process metrics, too,
 * which costs every process 2 MB. The version is pinned; a part that is gone fails at the first start.
 */
const part = createRequire(import.meta.url);

export const { Registry, Counter, Gauge, Histogram } = {
  Registry: part('prom-client/lib/registry') as typeof prom.Registry,
  Counter: part('prom-client/lib/counter') as typeof prom.Counter,
  Gauge: part('prom-client/lib/gauge') as typeof prom.Gauge,
  Histogram: part('prom-client/lib/histogram') as typeof prom.Histogram,
};

export type Gauge = prom.Gauge;
