import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { matching } from '../json.reading.js';
import { markOf } from '../meta/attempt.mark.js';
import { createGraphProvider, type GraphAccount, type GraphBody } from '../meta/graph.provider.js';
import { MID, SCOPED_ID } from '../scoped-id.policy.js';

export interface MessengerConfig extends Omit<GraphAccount, 'baseUrl'> {
  readonly pageId: string;
  /** Default `https://graph.facebook.com`. */
  readonly baseUrl?: string;
}

/** Characters, as JavaScript counts them. */
const LONGEST_TEXT = 2_000;

/**
 * Messenger, as a page. Only ever as an answer (`RESPONSE`): the person wrote first, within 24 hours, else Meta refuses it
 * (`outside_window`). Message tags are not used: they are being withdrawn, and none is meant for outreach.
 *
 * Our ids travel as `metadata` and come back in the page's echo, which settles a call whose end is unknown.
 *
 * @throws TypeError, to whoever configures: see `createGraphProvider`.
 */
export function createMessengerProvider(config: MessengerConfig): ChannelProvider {
  return createGraphProvider(
    { ...config, baseUrl: config.baseUrl ?? 'https://graph.facebook.com' },
    {
      key: 'messenger',
      channel: 'facebook',
      sender: config.pageId,
      bodyOf: messengerBody,
      messageIdOf: (answer) => matching(answer['message_id'], MID),
    },
  );
}

function messengerBody(message: OutboundMessage): GraphBody {
  const { to, text } = message;
  if (!SCOPED_ID.test(to.address)) return { kind: 'refused', code: 'recipient_malformed' };
  if (!text.trim()) return { kind: 'refused', code: 'text_missing' };
  if (text.length > LONGEST_TEXT) return { kind: 'refused', code: 'text_too_long' };
  const said = { text, metadata: markOf(message) };
  return { kind: 'body', body: { recipient: { id: to.address }, messaging_type: 'RESPONSE', message: said } };
}
