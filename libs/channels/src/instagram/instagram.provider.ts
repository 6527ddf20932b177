import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { matching } from '../json.reading.js';
import { createGraphProvider, type GraphAccount, type GraphBody } from '../meta/graph.provider.js';
import { MID, SCOPED_ID } from '../scoped-id.policy.js';

export interface InstagramConfig extends Omit<GraphAccount, 'baseUrl'> {
  /** Default `https://graph.instagram.com` (Instagram login). */
  readonly baseUrl?: string;
  /** Default `me`: the account the token belongs to. */
  readonly accountId?: string;
}

/** Bytes in UTF-8, not characters. */
const LONGEST_TEXT = 1_000;

/**
 * Direct messages on Instagram, as a professional account and only as an answer: the person wrote first, within 24 hours, else Meta
 * refuses it (`outside_window`). Nothing of ours travels with a message: an ambiguous end stays unknown until an operator settles it.
 *
 * @throws TypeError, to whoever configures: see `createGraphProvider`.
 */
export function createInstagramProvider(config: InstagramConfig): ChannelProvider {
  return createGraphProvider(
    { ...config, baseUrl: config.baseUrl ?? 'https://graph.instagram.com' },
    {
      key: 'instagram',
      channel: 'instagram',
      sender: config.accountId ?? 'me',
      bodyOf: instagramBody,
      messageIdOf: (answer) => matching(answer['message_id'], MID),
    },
  );
}

function instagramBody({ to, text }: OutboundMessage): GraphBody {
  if (!SCOPED_ID.test(to.address)) return { kind: 'refused', code: 'recipient_malformed' };
  if (!text.trim()) return { kind: 'refused', code: 'text_missing' };
  if (Buffer.byteLength(text) > LONGEST_TEXT) return { kind: 'refused', code: 'text_too_long' };
  return { kind: 'body', body: { recipient: { id: to.address }, message: { text } } };
}
