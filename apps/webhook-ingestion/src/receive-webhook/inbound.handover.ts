import { createHash } from 'node:crypto';
import { readAttemptAddress, type ParsedInbound } from '@homing/channels';
import { inboundMessage, MOST_INBOUND_TEXT, type InboundMessage } from '@homing/contracts';
import type { SealInbound } from '@homing/vault/seal';

export type { SealInbound };

export interface Handover {
  readonly seal: SealInbound;
  /** ISO 8601. */
  readonly receivedAt: string;
  readonly source: string;
  /** Of signed reply addresses, all honoured. Default: none. */
  readonly replyKeys?: readonly string[];
  /** Of whom the account is that was called. */
  readonly tenantId?: string;
}

/** What somebody wrote to us, sealed, as it goes on the bus; a text beyond what a message takes is cut. */
export async function publishableInbound(item: ParsedInbound, handover: Handover): Promise<InboundMessage> {
  const { seal, receivedAt, source, tenantId } = handover;
  const { provider, channel, kind } = item;
  const eventDigest = createHash('sha256').update(item.providerEventId).digest('hex');
  const place = { provider, eventDigest, ...(tenantId === undefined ? {} : { tenantId }) };
  const sealed = await seal(withAnswered(short(item), handover.replyKeys ?? []), place);
  return inboundMessage({ ...place, channel, kind, receivedAt, sealed }, source);
}

/** What it answers by the address it came to; whatever stood in the webhook says nothing of that. */
function withAnswered({ answers: _claimed, ...item }: ParsedInbound, keys: readonly string[]): ParsedInbound {
  const answers = item.channel === 'email' ? readAttemptAddress('reply', item.to, keys) : undefined;
  return { ...item, ...(answers ? { answers } : {}) };
}

const short = (item: ParsedInbound): ParsedInbound => ({
  ...item,
  ...(item.subject === undefined ? {} : { subject: item.subject.slice(0, 1_000) }),
  ...(item.text === undefined ? {} : { text: item.text.slice(0, MOST_INBOUND_TEXT) }),
});
