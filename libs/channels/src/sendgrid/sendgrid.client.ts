import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { HttpCallWatch } from '../http-call.watch.js';
import { Client, type SdkRequest } from './sendgrid.sdk.js';

/** What all calls of one provider have in common. */
export interface SendgridAccount {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

const MAX_ANSWER_BYTES = 256 * 1024;

/** The official client for exactly one call, with its ways out closed: see each line of `createRequest`. */
export class SendgridCallClient extends Client {
  readonly #account: SendgridAccount;
  readonly #signal: AbortSignal;
  readonly #watch: HttpCallWatch;

  constructor(account: SendgridAccount, signal: AbortSignal, watch: HttpCallWatch) {
    super();
    this.#account = account;
    this.#signal = signal;
    this.#watch = watch;
    this.setApiKey(account.apiKey);
    // After the key, always: setApiKey points the client back at api.sendgrid.com.
    this.setDefaultRequest('baseUrl', account.baseUrl);
  }

  override createRequest(data: SdkRequest): SdkRequest {
    // MailService passes the message's own headers as HTTP headers; they stay in the body, where they belong.
    const { headers: _messageHeaders, ...rest } = data;
    const hardened = {
      ...super.createRequest({ ...rest, headers: {} }),
      signal: this.#signal,
      proxy: false, // neither HTTP_PROXY nor its friends: the key and the mail go to the named address only
      maxContentLength: MAX_ANSWER_BYTES,
      httpAgent: this.#account.httpAgent,
      httpsAgent: this.#account.httpsAgent,
      // Node's own transport follows no redirect, which would post the mail and the key somewhere else.
      transport: this.#watch.transportFor(this.#account.baseUrl.startsWith('https:')),
    };
    return hardened;
  }
}
