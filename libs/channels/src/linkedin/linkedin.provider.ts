import type { ChannelProvider, OutboundMessage, SendResult } from '../channel.provider.js';
import { JsonPostClient, type PostEnd } from '../json-post.client.js';
import { judgeNetworkFailure } from '../network-failure.policy.js';
import { retryAfterSeconds } from '../retry-after.policy.js';

export interface LinkedInConfig {
  /** Of an approved partner's member (OAuth 2.0, `w_member_messages`). Absent: every message is a task for a person. */
  readonly accessToken?: string;
  /** Default `https://api.linkedin.com`. */
  readonly baseUrl?: string;
  /** Longest note of an invitation to connect, in characters. Default 300: what LinkedIn allowed at most; free accounts have less. */
  readonly longestNote?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/** A member's URN, or the id in it. */
const PERSON = /^(?:urn:li:person:)?([\w-]{1,100})$/;
const MESSAGE_ID = /^[\w:=()/,.-]{1,200}$/;
/** Longest message of a member in characters. */
const LONGEST_TEXT = 8_000;

/**
 * Messages between members on LinkedIn. Its policy asks for a member's own act for each and leaves the API to approved partners, so
 * without a partner's token every message is `assisted` (`partners_only`), and an invitation to connect always is: there is no call
 * for it. Nobody says that a message arrived, there is no key for repeats and nobody to ask.
 *
 * @throws TypeError, to whoever configures: an address `providerAddress` refuses
 */
export function createLinkedInProvider(config: LinkedInConfig): ChannelProvider {
  const { accessToken, longestNote = 300, now = Date.now } = config;
  const client = new JsonPostClient(config.baseUrl ?? 'https://api.linkedin.com', 10);
  return {
    key: 'linkedin',
    channel: 'linkedin',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      const fault = faultOf(message, longestNote);
      if (fault) return { kind: 'rejected', class: 'permanent', code: fault };
      if (accessToken === undefined) return { kind: 'assisted', reason: 'partners_only' };
      if (message.approach === 'connection_request') return { kind: 'assisted', reason: 'invitation_by_hand' };
      // A profile's address is for people to open; the API knows members by their URN alone.
      const [, member] = PERSON.exec(message.to.address) ?? [];
      if (member === undefined) return { kind: 'assisted', reason: 'member_urn_unknown' };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const { subject, text } = message;
      const body = {
        recipients: [`urn:li:person:${member}`],
        ...(subject === undefined ? {} : { subject }),
        body: text,
        messageType: 'MEMBER_TO_MEMBER',
      };
      const headers = { authorization: `Bearer ${accessToken}`, 'x-restli-protocol-version': '2.0.0' };
      return judge(await client.post({ path: '/v2/messages', headers, body }, options), now());
    },
    close: () => client.close(),
  };
}

function faultOf({ text, approach, sandbox }: OutboundMessage, longestNote: number): string | undefined {
  if (sandbox) return 'sandbox_not_offered';
  if (!text.trim()) return 'text_missing';
  const longest = approach === 'connection_request' ? longestNote : LONGEST_TEXT;
  return [...text].length > longest ? 'text_too_long' : undefined;
}

function judge(end: PostEnd, now: number): SendResult {
  const { status } = end;
  if (status === undefined) return judgeNetworkFailure(end.errorCode, end.mayHaveReached);
  const code = `http_${status}`;
  if (status === 201) {
    const id = end.headers['x-restli-id'];
    if (typeof id === 'string' && MESSAGE_ID.test(id)) return { kind: 'accepted', providerMessageId: id };
    return { kind: 'unknown', reason: 'answer_unreadable' };
  }
  switch (status) {
    case 401:
      return { kind: 'rejected', class: 'auth', code: 'token_invalid' };
    case 403:
      // The account's, not the member's: `Not enough permissions to access: POST /messages`.
      return { kind: 'rejected', class: 'auth', code: 'permission_missing' };
    case 429: {
      const wait = retryAfterSeconds(end.headers, now);
      return { kind: 'rejected', class: 'throttled', code, ...(wait === undefined ? {} : { retryAfterSeconds: wait }) };
    }
    case 503:
      // LinkedIn's own refusal is a JSON object; a proxy's page says nothing about what happened behind it.
      return end.body ? { kind: 'rejected', class: 'retryable', code } : { kind: 'unknown', reason: code };
    default:
      if (status < 400 || status >= 500) return { kind: 'unknown', reason: code };
      return { kind: 'rejected', class: 'permanent', code };
  }
}
