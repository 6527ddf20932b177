import { createHmac } from 'node:crypto';
import type { Channel } from '@homing/contracts';
import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { JsonPostClient } from '../json-post.client.js';
import type { Json } from '../json.reading.js';
import { judgeGraph } from './graph.answers.js';

/** An account at Meta. */
export interface GraphAccount {
  readonly accessToken: string;
  readonly baseUrl: string;
  /** Default `v23.0`. */
  readonly apiVersion?: string;
  /** The app's secret: each call then carries `appsecret_proof`, without which a stolen token is enough. */
  readonly appSecret?: string;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/** A message in the words of one product, or the code of why it cannot be said there. */
export type GraphBody =
  { readonly kind: 'body'; readonly body: object } | { readonly kind: 'refused'; readonly code: string };

/** One of Meta's products, as far as it differs from the others. */
export interface GraphProduct {
  readonly key: string;
  readonly channel: Channel;
  /** Whose `/messages` is posted to: number, page or `me`. */
  readonly sender: string;
  bodyOf(message: OutboundMessage): GraphBody;
  /** Out of the answer to a good call. */
  messageIdOf(answer: Json): string | undefined;
}

export const DEFAULT_GRAPH_VERSION = 'v23.0';
export const GRAPH_VERSION = /^v\d{1,3}\.\d$/;
const SENDER = /^[\w.-]{1,64}$/;

/**
 * A provider on Meta's Graph API. There is no key for repeats and nobody to ask: an ambiguous end stays unknown until a webhook settles it.
 *
 * @throws TypeError, to whoever configures: no token, a sender or version that is none, or an address `providerAddress` refuses.
 */
export function createGraphProvider(account: GraphAccount, product: GraphProduct): ChannelProvider {
  const { accessToken, appSecret, apiVersion = DEFAULT_GRAPH_VERSION, now = Date.now } = account;
  if (!accessToken.trim()) throw new TypeError(`${product.key} needs an access token`);
  if (!SENDER.test(product.sender)) throw new TypeError(`${product.key} needs the id it sends from`);
  if (!GRAPH_VERSION.test(apiVersion)) throw new TypeError('a Graph API version is written v23.0');
  const client = new JsonPostClient(account.baseUrl, account.maxSockets);
  const proof = appSecret ? `?appsecret_proof=${proofOf(accessToken, appSecret)}` : '';
  const path = `/${apiVersion}/${product.sender}/messages${proof}`;
  const headers = { authorization: `Bearer ${accessToken}` };
  return {
    key: product.key,
    channel: product.channel,
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      const said: GraphBody = message.sandbox ? NO_SANDBOX : product.bodyOf(message);
      if (said.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: said.code };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const end = await client.post({ path, headers, body: said.body }, options);
      return judgeGraph(end, (answer) => product.messageIdOf(answer), now());
    },
    close: () => client.close(),
  };
}

/** Meta has no way to check a message without sending it. */
const NO_SANDBOX: GraphBody = { kind: 'refused', code: 'sandbox_not_offered' };

const proofOf = (accessToken: string, appSecret: string) =>
  createHmac('sha256', appSecret).update(accessToken).digest('hex');
