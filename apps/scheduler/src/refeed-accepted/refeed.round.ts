import { acceptedRef, OUTREACH_REQUESTED } from '@homing/contracts';
import { cloudEvent, type Outgoing } from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import type { VaultIntake } from '@homing/vault/intake';

export interface RefeedParts {
  readonly vault: Pick<VaultIntake, 'listUnfed'>;
  readonly publish: (messages: readonly Outgoing[]) => Promise<void>;
  readonly now: () => Date;
  /** Age in milliseconds from which a sealed request without a decision is fed again. */
  readonly afterMs: number;
}

/** Requests one round feeds. */
const ROUND_SIZE = 500;

/**
 * Feeds sealed requests that never became an outreach back into the bus, by reference: losing the bus loses nothing
 * accepted. The minute in the message id lets a later round try again while a repeat within it is dropped.
 */
export async function refeedAccepted(parts: RefeedParts): Promise<number> {
  const now = parts.now();
  const olderThan = new Date(now.getTime() - parts.afterMs).toISOString();
  const unfed = await parts.vault.listUnfed({ olderThan, limit: ROUND_SIZE });
  const minute = Math.floor(now.getTime() / 60_000);
  const messages = unfed.map(({ outreachId, tenantId }): Outgoing => ({
    subject: OUTREACH_REQUESTED,
    tenantId,
    key: `refeed:${outreachId}:${minute}`,
    event: cloudEvent({
      id: outreachId,
      source: 'homing/scheduler',
      type: OUTREACH_REQUESTED,
      time: now.toISOString(),
      tenantid: tenantId,
      dataref: acceptedRef(outreachId),
    }),
  }));
  if (messages.length > 0) {
    crashPoint('scheduler.before-refeed');
    await parts.publish(messages);
    crashPoint('scheduler.after-refeed');
  }
  return messages.length;
}
