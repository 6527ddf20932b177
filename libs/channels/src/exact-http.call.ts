import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpCallWatch } from './http-call.watch.js';

/** Kept-alive connections of one provider. */
export interface CallAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  close(): void;
}

/** Below the idle time of the other side, so that we close first: a reset on a reused connection is an unknown outcome. */
const IDLE_MS = 4_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** @param maxSockets most connections at once */
export function keptAliveAgents(maxSockets = 50): CallAgents {
  const options = { keepAlive: true, maxSockets, timeout: IDLE_MS, scheduling: 'lifo' as const };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return {
    ...agents,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

export interface ExactCall {
  readonly method: string;
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

export interface CallContext {
  readonly agents: CallAgents;
  readonly signal: AbortSignal;
}

/** What came of one call. */
export type CallEnd =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** As text. */
      readonly body: string;
    }
  /** No whole answer: Node's error code, and whether a byte of the request can have left. */
  | { readonly kind: 'unanswered'; readonly errorCode: string; readonly mayHaveReached: boolean };

/**
 * One HTTP call that knows how it ended: for SDKs whose own transport cannot say whether bytes left, cannot be aborted, follows
 * redirects, uses a proxy of the environment or hides the answer's headers. Never rejects.
 */
export function exactCall(call: ExactCall, { agents, signal }: CallContext): Promise<CallEnd> {
  const { protocol, hostname, port, pathname, search } = new URL(call.url);
  const secure = protocol === 'https:';
  const watch = new HttpCallWatch();
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => {
      resolve({ kind: 'unanswered', errorCode: error.code ?? '', mayHaveReached: watch.mayHaveReached });
    };
    const options = {
      method: call.method,
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: pathname + search,
      headers: { ...call.headers, ...(call.body ? { 'content-length': call.body.byteLength } : {}) },
      agent: secure ? agents.https : agents.http,
      signal,
    };
    const request = watch.transportFor(secure).request(options, (response) => {
      readText(response).then((body) => {
        const { statusCode = 0, headers } = response;
        resolve({ kind: 'answered', status: statusCode, headers, body });
      }, fail);
    });
    request.once('error', fail);
    request.end(call.body);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw Object.assign(new Error('answer too long'), { code: 'ANSWER_TOO_LONG' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
