import type { OutreachRequestDto } from '@homing/contracts';
import { mayHaveReached, type Delivery, type KnownOutreach } from '@homing/domain';
import type { OutboundMessage } from '@homing/channels';

/**
 * How a person is written to on LinkedIn: by an invitation to connect where the caller says that they are no 1st-degree connection
 * (`recipient.linkedinConnection: none`), until one of this outreach was sent; by a message from then on, and wherever nobody says so.
 */
export function linkedInApproach(
  { linkedinConnection }: OutreachRequestDto['recipient'],
  { deliveries }: Pick<KnownOutreach, 'deliveries'>,
  { channel, leg }: Pick<Delivery, 'channel' | 'leg'>,
): Pick<OutboundMessage, 'approach'> {
  if (channel !== 'linkedin' || linkedinConnection !== 'none') return {};
  const invited = deliveries.some((each) => each.channel === 'linkedin' && each.leg < leg && mayHaveReached(each));
  return { approach: invited ? 'message' : 'connection_request' };
}

/** An invitation has a note, and nothing above it. */
export function withoutSubject<T extends { readonly subject?: string }>(
  body: T,
  { approach }: Pick<OutboundMessage, 'approach'>,
): T {
  if (approach !== 'connection_request') return body;
  const { subject: _none, ...note } = body;
  return note as T;
}
