import type { Channel } from '../channel.js';

/** `event.outreach.<transition>`: one per appended transition, in stream order per outreach. */
export interface OutreachTransition {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly transition: string;
  /** Decimal strings: positions and revisions are 64-bit. */
  readonly position: string;
  readonly revision: string;
  readonly occurredAt: string;
  readonly deliveryId?: string;
  readonly leg?: number;
  readonly channel?: Channel;
  readonly attempt?: number;
  readonly reason?: string;
}
