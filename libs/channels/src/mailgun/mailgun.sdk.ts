import type FormData from 'form-data';
import type Mailgun from 'mailgun.js';
import type { HttpCaller, HttpEnd } from '../http.caller.js';

/** What all calls of one provider have in common. */
export interface MailgunAccount {
  readonly apiKey: string;
  /** The sending domain: part of every path. */
  readonly domain: string;
  readonly baseUrl: string;
  readonly caller: HttpCaller;
}

export type MailgunFields = Readonly<Record<string, string | readonly string[]>>;

type SdkClient = ReturnType<InstanceType<typeof Mailgun>['client']>;
type Transport = SdkClient['request']['requestProvider'];

/**
 * The official client for one call, over a transport of ours. Its own maps a time-out and a lost connection to status 400, hides
 * the answer's headers, follows redirects with the mail in hand, uses HTTP_PROXY and can be neither aborted nor kept alive. What
 * is left to it is how Mailgun's form is written and where it goes.
 */
async function clientOf(
  account: MailgunAccount,
  signal: AbortSignal,
  ended: (end: HttpEnd) => void,
): Promise<SdkClient> {
  // Loaded by the first mail: a process that sends none through it is spared the memory.
  const [{ default: Sdk }, { default: Form }] = await Promise.all([import('mailgun.js'), import('form-data')]);
  const { apiKey, baseUrl, caller } = account;
  const client = new Sdk(Form as never).client({ username: 'api', key: apiKey, url: baseUrl });
  const authorization = `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`;
  const transport: Transport = {
    makeRequest: async (url, method, data) => {
      const { params, data: form } = data as { params?: URLSearchParams; data?: FormData };
      const end = await caller.call({
        method: method === 'GET' ? 'GET' : 'POST',
        url: params ? `${url}?${params.toString()}` : url,
        headers: { authorization, ...(form ? (form.getHeaders() as Record<string, string>) : {}) },
        // Texts only: no part of the form is a file.
        ...(form ? { body: form.getBuffer().toString('utf8') } : {}),
        signal,
      });
      ended(end);
      return { status: end.kind === 'answered' ? end.status : 0, body: {} };
    },
    setSubAccountHeader: () => undefined,
    resetSubAccountHeader: () => undefined,
  };
  client.request.requestProvider = transport;
  return client;
}

/** Undefined: the SDK itself would not make the call; nothing left. */
async function through(
  account: MailgunAccount,
  signal: AbortSignal,
  run: (client: SdkClient) => Promise<unknown>,
): Promise<HttpEnd | undefined> {
  const ends: HttpEnd[] = [];
  const client = await clientOf(account, signal, (end) => ends.push(end));
  await run(client).catch(() => undefined);
  return ends[0];
}

/** `POST /v3/{domain}/messages`. */
export const postMessage = (
  account: MailgunAccount,
  fields: MailgunFields,
  signal: AbortSignal,
): Promise<HttpEnd | undefined> =>
  through(account, signal, (client) => client.messages.create(account.domain, fields as never));

/** `GET /v3/{domain}/events`. Not through `client.events`, which writes to the console that it is deprecated. */
export const getEvents = (
  account: MailgunAccount,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpEnd | undefined> =>
  through(account, signal, (client) => client.request.get(`/v3/${account.domain}/events`, query as never));
