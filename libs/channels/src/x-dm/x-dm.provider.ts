import { randomUUID } from 'node:crypto';
import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { JsonPostClient } from '../json-post.client.js';
import { SCOPED_ID } from '../scoped-id.policy.js';
import { oauth1Header, type OAuth1Keys } from './oauth1.header.js';
import { judgeX } from './x.answers.js';

export interface XDmConfig {
  /** Of the user who writes: X takes no direct message from an app alone. By itself a token of OAuth 2.0 (`dm.write`). */
  readonly accessToken: string;
  /** With these it is a token of OAuth 1.0a, which does not expire, and each call is signed. */
  readonly oauth1?: Omit<OAuth1Keys, 'accessToken'>;
  /** Default `https://api.x.com`. */
  readonly baseUrl?: string;
  /** Most connections at once. Default 10: 15 messages in 15 minutes are all that is allowed. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; for throttling headers and signatures. Default the system clock. */
  readonly now?: () => number;
}

const LONGEST_TEXT = 10_000;

/**
 * Direct messages on X, as one user, to somebody who takes messages from that user: anybody else is `recipient_refuses`. Nothing of
 * ours travels with a message, there is no key for repeats and nobody to ask: an ambiguous end stays unknown until it is settled.
 *
 * @throws TypeError, to whoever configures: no token, or an address `providerAddress` refuses.
 */
export function createXDmProvider(config: XDmConfig): ChannelProvider {
  if (!config.accessToken.trim()) throw new TypeError('x_dm needs an access token');
  const { accessToken, oauth1, baseUrl = 'https://api.x.com', maxSockets = 10, now = Date.now } = config;
  const client = new JsonPostClient(baseUrl, maxSockets);
  const authorization = (path: string): string => {
    if (!oauth1) return `Bearer ${accessToken}`;
    const url = `${baseUrl.replace(/\/$/, '')}${path}`;
    const call = { method: 'POST', url, nonce: randomUUID(), timestamp: Math.floor(now() / 1000) } as const;
    return oauth1Header({ ...oauth1, accessToken }, call);
  };
  return {
    key: 'x_dm',
    channel: 'twitter',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      const fault = faultOf(message);
      if (fault) return { kind: 'rejected', class: 'permanent', code: fault };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const path = `/2/dm_conversations/with/${encodeURIComponent(message.to.address)}/messages`;
      const headers = { authorization: authorization(path) };
      return judgeX(await client.post({ path, headers, body: { text: message.text } }, options), now());
    },
    close: () => client.close(),
  };
}

function faultOf({ to, text, sandbox }: OutboundMessage): string | undefined {
  if (sandbox) return 'sandbox_not_offered';
  if (!SCOPED_ID.test(to.address)) return 'recipient_malformed';
  if (!text.trim()) return 'text_missing';
  return text.length > LONGEST_TEXT ? 'text_too_long' : undefined;
}
