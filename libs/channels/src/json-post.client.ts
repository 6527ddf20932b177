import http from 'node:http';
import https from 'node:https';
import type { SendOptions } from './channel.provider.js';
import { HttpCallWatch } from './http-call.watch.js';
import { providerAddress } from './provider-address.policy.js';
import type { AnswerHeaders } from './retry-after.policy.js';

/** What came of one POST. Without `status` no whole answer arrived. */
export interface PostEnd {
  readonly status?: number;
  /** Lower-case names. */
  readonly headers: AnswerHeaders;
  /** Undefined where it is no JSON. */
  readonly body?: unknown;
  /** Node's code of a failure without an answer. */
  readonly errorCode?: string;
  /** Whether a byte of the request can have left. */
  readonly mayHaveReached: boolean;
}

export interface JsonPost {
  /** Below the base address; begins with a slash, parts already encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Below the idle time of the other side, so that we close first: a reset on a reused connection is an unknown outcome. */
const IDLE_MS = 4_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * Posts JSON to one provider that has no SDK of its own. Node's client, for it alone tells exactly whether a byte may have left;
 * it follows no redirect and knows no proxy. Connections are kept.
 */
export class JsonPostClient {
  readonly #base: URL;
  readonly #secure: boolean;
  readonly #agent: http.Agent;

  /** @throws TypeError, to whoever configures: an address `providerAddress` refuses. */
  constructor(baseUrl: string, maxSockets = 50) {
    this.#base = new URL(providerAddress(baseUrl));
    this.#secure = this.#base.protocol === 'https:';
    const options = { keepAlive: true, maxSockets, timeout: IDLE_MS, scheduling: 'lifo' as const };
    this.#agent = this.#secure ? new https.Agent(options) : new http.Agent(options);
  }

  /**
   * Calls once, under the caller's signal and its own monotonic deadline; never rejects for anything the network does.
   *
   * @throws TypeError a time-out below 1 ms
   */
  async post(call: JsonPost, { signal, timeoutMs }: SendOptions): Promise<PostEnd> {
    if (!(timeoutMs >= 1)) throw new TypeError('timeoutMs must be at least 1');
    if (signal.aborted) return { headers: {}, errorCode: 'ABORT_ERR', mayHaveReached: false };
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const watch = new HttpCallWatch();
    try {
      const answer = await this.#exchange(call, watch, AbortSignal.any([signal, deadline.signal]));
      return { ...answer, mayHaveReached: true };
    } catch (error) {
      const { code } = error as { code?: unknown };
      const errorCode = typeof code === 'string' ? { errorCode: code } : {};
      return { headers: {}, ...errorCode, mayHaveReached: watch.mayHaveReached };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #exchange(call: JsonPost, watch: HttpCallWatch, signal: AbortSignal): Promise<Omit<PostEnd, 'mayHaveReached'>> {
    const body = Buffer.from(JSON.stringify(call.body));
    const { hostname, port, pathname } = this.#base;
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        hostname: hostname.replace(/^\[|\]$/g, ''),
        ...(port ? { port } : {}),
        path: `${pathname.replace(/\/$/, '')}${call.path}`,
        agent: this.#agent,
        signal,
        headers: {
          ...call.headers,
          'content-type': 'application/json',
          accept: 'application/json',
          'content-length': String(body.length),
        },
      };
      const request = watch.transportFor(this.#secure).request(options, (response) => {
        readAnswer(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(text) }),
          reject,
        );
      });
      request.once('error', reject).end(body);
    });
  }
}

/** @throws whatever broke the connection, or an answer beyond every honest length */
async function readAnswer(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new RangeError('answer too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
