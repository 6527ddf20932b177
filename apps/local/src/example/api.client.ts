import { setTimeout as delay } from 'node:timers/promises';

/** One outreach as the API lists it. */
export interface ListedOutreach {
  readonly outreachId: string;
  readonly state: string;
  readonly acceptedAt?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly sentAt?: string;
  readonly deliveredAt?: string;
  readonly openedAt?: string;
  readonly clickedAt?: string;
  readonly settledAt?: string;
}

export interface ShownOutreach extends ListedOutreach {
  readonly deliveries: readonly { readonly state: string }[];
  readonly timeline: readonly { readonly transition: string; readonly occurredAt: string; readonly reason?: string }[];
  readonly explanation: {
    readonly sentence: string;
    readonly refusal?: { readonly step: string; readonly reason: string };
  } | null;
}

export interface OutreachPage {
  readonly items: readonly ListedOutreach[];
  readonly nextCursor?: string;
}

export interface ApiClient {
  /** Undefined when there is no such thing. Busy or away for a moment: asks again. @throws Error with the problem's title */
  get<T>(path: string): Promise<T | undefined>;
}

const patienceMs = 30_000;

export function createApiClient({ apiUrl, apiKey }: { apiUrl: string; apiKey: string }): ApiClient {
  const headers = { authorization: `Bearer ${apiKey}`, accept: 'application/json' };
  return {
    async get<T>(path: string): Promise<T | undefined> {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const signal = AbortSignal.timeout(patienceMs);
        const answer = await fetch(`${apiUrl}/api/v1${path}`, { headers, signal }).catch((error: Error) => error);
        if (!(answer instanceof Error)) {
          if (answer.ok) return (await answer.json()) as T;
          if (answer.status === 404) return undefined;
        }
        const again = answer instanceof Error || answer.status === 429 || answer.status === 503;
        if (!again || performance.now() > deadline) throw new Error(`GET ${path}: ${await wordsOf(answer)}`);
        const wanted = answer instanceof Error ? 0 : Number(answer.headers.get('retry-after'));
        await delay(wanted > 0 ? wanted * 1_000 : 500);
      }
    },
  };
}

async function wordsOf(answer: Response | Error): Promise<string> {
  if (answer instanceof Error) return answer.message;
  const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  return [answer.status, problem.title, problem.detail].filter(Boolean).join(' ');
}
