import type { SdkClient } from './twilio.sdk.js';
import type { HttpCaller, HttpEnd } from '../http.caller.js';

/** What all calls of one account have in common. */
export interface TwilioAccount {
  /** `AC` and 32 hex digits. */
  readonly accountSid: string;
  /** The account's own sid with its auth token, or an API key's (`SK...`) with its secret. */
  readonly username: string;
  readonly password: string;
  readonly baseUrl: string;
  readonly caller: HttpCaller;
}

type SdkRequest = Parameters<SdkClient['request']>[0];
type SdkAnswer = Awaited<ReturnType<SdkClient['request']>>;

/**
 * What the SDK calls with, for exactly one call. Not its own client: that reads a proxy and certificates from the environment, logs
 * messages under `TWILIO_LOG_LEVEL`, knows no abort, and keeps the headers of whichever call ended last.
 */
export class TwilioCallClient {
  /** How the call ended; undefined while the SDK has made none. */
  end: HttpEnd | undefined;

  constructor(
    private readonly account: TwilioAccount,
    private readonly signal: AbortSignal,
  ) {}

  async request({ method, uri, headers = {}, data }: SdkRequest): Promise<SdkAnswer> {
    if (this.end || method !== 'post') throw new TypeError('one call, and it sends');
    const { pathname } = new URL(uri); // its host was rewritten by TWILIO_REGION and TWILIO_EDGE, if they are set
    const { username, password, baseUrl, caller } = this.account;
    const credentials = Buffer.from(`${username}:${password}`).toString('base64');
    this.end = await caller.call({
      method: 'POST',
      url: baseUrl + pathname,
      headers: { ...textual(headers), Authorization: `Basic ${credentials}` },
      body: new URLSearchParams(textual(data ?? {})).toString(),
      signal: this.signal,
    });
    if (this.end.kind === 'broken') throw new Error('no answer');
    return { statusCode: this.end.status, headers: this.end.headers, body: parsed(this.end.body) } as SdkAnswer;
  }
}

const textual = (fields: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** The SDK reads objects; a page of a proxy's it gets as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? text;
  } catch {
    return text;
  }
}
