import { acceptsConnections, isAlive } from '@homing/embedded-stores';
import type { AskedService } from '@homing/doctor';
import type { ServiceRecord } from '../home/services.record.js';
import { ageOf } from './process.age.js';

/** Longest wait for an answer in milliseconds. */
const patienceMs = 5_000;

/** A service of a running stack, as services.json tells of it. */
export function serviceOf(name: string, { pid, url, restarts }: ServiceRecord): AskedService {
  const alive = pid !== null && isAlive(pid);
  return {
    ...{ name, pid: pid ?? undefined, isAlive: alive, restarts },
    ageSeconds: pid === null ? undefined : ageOf(pid),
    live: () => (url.startsWith('http') ? answers(`${url}/health/live`) : listens(url)),
    reasons: () => (url.startsWith('http') ? reasonsOf(`${url}/health/ready`) : Promise.resolve(undefined)),
  };
}

/** A service of an installation elsewhere: nothing is known of its process. */
export const serviceAt = (name: string, url: string): AskedService => ({
  ...{ name, pid: undefined, isElsewhere: true, isAlive: true, restarts: 0, ageSeconds: undefined },
  live: () => answers(`${url}/health/live`),
  reasons: () => reasonsOf(`${url}/health/ready`),
});

/** What a service says of itself to Prometheus. @throws where nobody answers in time */
export const metricsOf = (url: string) => async (): Promise<string> =>
  (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(patienceMs) })).text();

async function answers(url: string): Promise<'live' | 'silent' | 'refused'> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    await response.body?.cancel();
    return 'live';
  } catch (error) {
    return (error as Error).name === 'TimeoutError' ? 'silent' : 'refused';
  }
}

const listens = async (url: string): Promise<'live' | 'refused'> =>
  (await acceptsConnections(Number(new URL(url).port), patienceMs)) ? 'live' : 'refused';

interface Report {
  readonly checks?: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>;
}

/** What readiness names; empty when it is ready. */
async function reasonsOf(url: string): Promise<readonly string[] | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
  const { checks = {} } = (await response.json()) as Report;
  const down = Object.entries(checks).filter(([, check]) => check.status === 'down');
  return down.map(([name, { reason = '' }]) => `${name}: ${reason}`);
}
