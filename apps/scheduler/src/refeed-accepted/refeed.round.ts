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
 * accepted. The message id changes as the request's age doubles, and a repeat of it is dropped within the bus's window, so a
 * request that stays undecided is fed less and less often.
 */
export async function refeedAccepted(parts: RefeedParts): Promise<number> {
  const now = parts.now();
  const olderThan = new Date(now.getTime() - parts.afterMs).toISOString();
  const unfed = await parts.vault.listUnfed({ olderThan, limit: ROUND_SIZE });
  const messages = unfed.map(({ outreachId, tenantId, acceptedAt }): Outgoing => ({
    subject: OUTREACH_REQUESTED,
    tenantId,
    key: `refeed:${outreachId}:${ageStep(now, acceptedAt)}`,
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

/** 0 up to a minute, then one more each time the age doubles. */
function ageStep(now: Date, acceptedAt: string): number {
  const minutes = (now.getTime() - Date.parse(acceptedAt)) / 60_000;
  return Math.max(0, Math.ceil(Math.log2(Math.max(1, minutes))));
}
