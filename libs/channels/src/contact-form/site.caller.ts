import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpCallWatch } from '../http-call.watch.js';
import { pinSite, type Resolve } from './pinned.address.js';
import type { SitePolicy, SiteRefusal } from './site-address.policy.js';
import { SiteCookies } from './site.cookies.js';

export interface SiteCallerParts {
  readonly policy: SitePolicy;
  readonly resolve?: Resolve;
  /** As it calls itself. */
  readonly userAgent: string;
}

export interface SiteRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly contentType?: string;
  readonly body?: Buffer;
  readonly referer?: string;
  readonly signal: AbortSignal;
}

export type SiteAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Where the last answer came from. */
      readonly url: string;
      /** How many redirects led there. */
      readonly redirects: number;
      readonly headers: IncomingMessage['headers'];
      /** As UTF-8 text, at most {@link MOST_BYTES} of it. */
      readonly body: string;
    }
  | { readonly kind: 'refused'; readonly code: SiteRefusal | 'too_many_redirects'; readonly sent: boolean }
  | { readonly kind: 'broken'; readonly errorCode: string | undefined; readonly mayHaveReached: boolean };

/** Of one answer. A page with a form is smaller. */
export const MOST_BYTES = 1024 * 1024;
export const MOST_REDIRECTS = 5;

/**
 * One visit to one site: its cookies, and calls that each connect to the address that was checked for it and to no other. Every
 * redirect is checked as the first address was. No proxy, no kept-alive connection that was checked for something else.
 */
export class SiteCaller {
  readonly #cookies = new SiteCookies();
  readonly #http = new HttpAgent({ keepAlive: false });
  readonly #https = new HttpsAgent({ keepAlive: false });

  constructor(private readonly parts: SiteCallerParts) {}

  /** Never rejects. `sent` and `mayHaveReached`: whether the first request, the one that was asked for, can have arrived. */
  async call(request: SiteRequest): Promise<SiteAnswer> {
    let next = request;
    for (let redirects = 0; ; redirects += 1) {
      const sent = redirects > 0;
      if (redirects > MOST_REDIRECTS) return { kind: 'refused', code: 'too_many_redirects', sent };
      const pin = await pinSite(next.url, this.parts.policy, this.parts.resolve);
      if (pin.kind === 'refused') return { ...pin, sent };
      const answer = await this.#once(next, pin);
      if (answer.kind === 'broken') return sent ? { ...answer, mayHaveReached: true } : answer;
      const location = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
      if (location === undefined) return { ...answer, redirects };
      if (!URL.canParse(location, next.url)) return { kind: 'refused', code: 'address_malformed', sent: true };
      next = followed(next, answer.status, new URL(location, next.url).href);
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #once(
    { method, contentType, body, referer, signal }: SiteRequest,
    { url, lookup }: Extract<Awaited<ReturnType<typeof pinSite>>, { kind: 'pinned' }>,
  ): Promise<Exclude<SiteAnswer, { kind: 'refused' }>> {
    const secure = url.protocol === 'https:';
    const watch = new HttpCallWatch();
    const cookie = this.#cookies.headerFor(url);
    return new Promise((resolve) => {
      const broken = (error: unknown) =>
        resolve({ kind: 'broken', errorCode: codeOf(error), mayHaveReached: watch.mayHaveReached });
      const options = {
        method,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        path: url.pathname + url.search,
        headers: {
          'user-agent': this.parts.userAgent,
          accept: 'text/html,application/xhtml+xml',
          'accept-encoding': 'identity',
          ...(cookie === undefined ? {} : { cookie }),
          ...(referer === undefined ? {} : { referer }),
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
          ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        },
        agent: secure ? this.#https : this.#http,
        lookup,
        signal,
        ...(url.port === '' ? {} : { port: url.port }),
      };
      const request = watch.transportFor(secure).request(options, (response) => {
        this.#cookies.keep(url, response.headers['set-cookie'] ?? []);
        const { statusCode: status = 0, headers } = response;
        read(response).then(
          (text) => resolve({ kind: 'answered', status, url: url.href, redirects: 0, headers, body: text }),
          broken,
        );
      });
      request.once('error', broken);
      request.end(body);
    });
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** As browsers do: 307 and 308 ask for the same request elsewhere, the others for a look at the outcome. */
function followed(request: SiteRequest, status: number, url: string): SiteRequest {
  if (status === 307 || status === 308) return { ...request, url };
  return { method: 'GET', url, signal: request.signal };
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) {
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
