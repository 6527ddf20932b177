import FormData from 'form-data';
import Mailgun from 'mailgun.js';
import { exactCall, type CallAgents, type CallContext, type CallEnd } from '../exact-http.call.js';

/** What all calls of one provider have in common. */
export interface MailgunAccount {
  readonly apiKey: string;
  /** The sending domain: part of every path. */
  readonly domain: string;
  readonly baseUrl: string;
  readonly agents: CallAgents;
}

export type MailgunFields = Readonly<Record<string, string | readonly string[]>>;

type SdkClient = ReturnType<InstanceType<typeof Mailgun>['client']>;
type Transport = SdkClient['request']['requestProvider'];

/**
 * The official client for one call, over a transport of ours. Its own maps a time-out and a lost connection to status 400, hides
 * the answer's headers, follows redirects with the mail in hand, uses HTTP_PROXY and can be neither aborted nor kept alive. What
 * is left to it is how Mailgun's form is written and where it goes.
 */
function clientOf(account: MailgunAccount, context: CallContext, ended: (end: CallEnd) => void): SdkClient {
  const { apiKey, baseUrl } = account;
  const client = new Mailgun(FormData as never).client({ username: 'api', key: apiKey, url: baseUrl });
  const authorization = `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`;
  const transport: Transport = {
    makeRequest: async (url, method, data) => {
      const { params, data: form } = data as { params?: URLSearchParams; data?: FormData };
      const end = await exactCall(
        {
          method,
          url: params ? `${url}?${params.toString()}` : url,
          headers: { authorization, ...(form ? form.getHeaders() : {}) },
          ...(form ? { body: form.getBuffer() } : {}),
        },
        context,
      );
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
): Promise<CallEnd | undefined> {
  const ends: CallEnd[] = [];
  const client = clientOf(account, { agents: account.agents, signal }, (end) => ends.push(end));
  await run(client).catch(() => undefined);
  return ends[0];
}

/** `POST /v3/{domain}/messages`. */
export const postMessage = (
  account: MailgunAccount,
  fields: MailgunFields,
  signal: AbortSignal,
): Promise<CallEnd | undefined> =>
  through(account, signal, (client) => client.messages.create(account.domain, fields as never));

/** `GET /v3/{domain}/events`. Not through `client.events`, which writes to the console that it is deprecated. */
export const getEvents = (
  account: MailgunAccount,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<CallEnd | undefined> =>
  through(account, signal, (client) => client.request.get(`/v3/${account.domain}/events`, query as never));
