import { setTimeout as delay } from 'node:timers/promises';

export interface Registration {
  /** Of whom, for reports. */
  readonly provider: string;
  /** What is asked, and what must be answered. */
  readonly url: string;
  readonly expected: string;
  readonly report: (problem: string) => void;
}

const TRIES = 60;
const BETWEEN_MS = 1_000;

/** Asks the webhook's address who it is, as the provider does when it is registered, until it answers; says so where the answer is wrong. */
export function askWhoIsThere({ provider, url, expected, report }: Registration): { close(): Promise<void> } {
  const stop = new AbortController();
  const asking = (async () => {
    for (let tries = 0; tries < TRIES && !stop.signal.aborted; tries++) {
      const answer = await ask(url, stop.signal);
      if (answer === expected) return;
      if (answer !== undefined) return report(`${provider}: the challenge was answered wrongly`);
      await delay(BETWEEN_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
    if (!stop.signal.aborted) report(`${provider}: the challenge was never answered`);
  })();
  return {
    close: async () => {
      stop.abort();
      await asking;
    },
  };
}

/** Undefined while nobody listens, or is not ready to answer. */
async function ask(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) });
    const text = await response.text();
    return response.status >= 500 ? undefined : response.ok ? text : '';
  } catch {
    return undefined;
  }
}
