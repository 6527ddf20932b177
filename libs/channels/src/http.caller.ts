import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpCallWatch } from './http-call.watch.js';

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  /** Absolute, http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** How one call ended. */
export type HttpEnd =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, unknown>>;
      /** As text, at most 256 KiB of it. */
      readonly body: string;
    }
  | { readonly kind: 'broken'; readonly errorCode: string | undefined; readonly mayHaveReached: boolean };

/** Below the idle time of the other side, so that we close first: a reset on a reused connection is an unknown outcome. */
const IDLE_MS = 4_000;
const MOST_ANSWER_BYTES = 256 * 1024;

/**
 * Calls over kept-alive connections of its own: no proxy from the environment, no redirect followed, no retry. Says of every
 * broken call whether a byte of it can have left.
 */
export class HttpCaller {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  /** @param maxSockets most connections at once */
  constructor(maxSockets = 50) {
    const options = { keepAlive: true, maxSockets, timeout: IDLE_MS, scheduling: 'lifo' as const };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
  }

  /** Never rejects. */
  call({ method, url, headers, body = '', signal }: HttpCall): Promise<HttpEnd> {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    const secure = protocol === 'https:';
    const watch = new HttpCallWatch();
    return new Promise((resolve) => {
      const broken = (error: unknown) =>
        resolve({ kind: 'broken', errorCode: codeOf(error), mayHaveReached: watch.mayHaveReached });
      const length = method === 'GET' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = {
        method,
        hostname: hostname.replace(/^\[|\]$/g, ''),
        path: pathname + search,
        headers: { ...headers, ...length },
        agent: secure ? this.#https : this.#http,
        signal,
        ...(port === '' ? {} : { port }),
      };
      const request = watch.transportFor(secure).request(options, (response) => {
        read(response).then(
          (text) =>
            resolve({
              kind: 'answered',
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: text,
            }),
          broken,
        );
      });
      request.once('error', broken);
      request.end(body);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_ANSWER_BYTES) {
      response.destroy();
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const codeOf = (error: unknown): string | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
};
