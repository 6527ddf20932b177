import { withDeadline } from './call.deadline.js';
import type { SendOptions } from './channel.provider.js';
import { HttpCaller } from './http.caller.js';
import { readRecord, type Json } from './json.reading.js';
import { providerAddress } from './provider-address.policy.js';
import type { AnswerHeaders } from './retry-after.policy.js';

/** What came of one POST. Without `status` no answer arrived. */
export interface PostEnd {
  readonly status?: number;
  /** Lower-case names. */
  readonly headers: AnswerHeaders;
  /** Undefined where it is no JSON object. */
  readonly body?: Json | undefined;
  /** Node's code of a failure without an answer. */
  readonly errorCode?: string | undefined;
  /** Whether a byte of the request can have left. */
  readonly mayHaveReached: boolean;
}

export interface JsonPost {
  /** Below the base address; begins with a slash, parts already encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Posts JSON to one provider that has no SDK of its own: see {@link HttpCaller} for what it never does. */
export class JsonPostClient {
  readonly #base: string;
  readonly #caller: HttpCaller;

  /** @throws TypeError, to whoever configures: an address `providerAddress` refuses. */
  constructor(baseUrl: string, maxSockets?: number) {
    this.#base = providerAddress(baseUrl);
    this.#caller = new HttpCaller(maxSockets);
  }

  /**
   * Calls once, under the caller's signal and its own monotonic deadline; never rejects for anything the network does.
   *
   * @throws TypeError a time-out below 1 ms
   */
  async post({ path, headers, body }: JsonPost, options: SendOptions): Promise<PostEnd> {
    const end = await withDeadline(options, (signal) =>
      this.#caller.call({
        method: 'POST',
        url: `${this.#base}${path}`,
        headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(body),
        signal,
      }),
    );
    if (end.kind === 'broken') return { headers: {}, errorCode: end.errorCode, mayHaveReached: end.mayHaveReached };
    return { status: end.status, headers: end.headers, body: readRecord(end.body), mayHaveReached: true };
  }

  close(): void {
    this.#caller.close();
  }
}
