import { outreachStream, type DispatchDelivery, type OutreachEvent, type RestoreConfirmed } from '@homing/contracts';
import { deliveryOf, mayHaveBeenSent, presumeSent, type OutreachState, type Stored } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { systemTiming, type Timing } from '@homing/service-kit';
import type { ChannelProvider } from '@homing/channels';
import type { ProviderRota } from '../choose-provider/provider.rota.js';
import { changeAttempt, type ChangeParts } from './attempt.change.js';

export interface RestoredParts extends ChangeParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly provider: (key: string) => ChannelProvider | undefined;
  /** Where a channel has several providers, nobody knows which of them was asked. */
  readonly rota?: Pick<ProviderRota, 'of'>;
  /** What an operator confirmed last of a restore of the event store. Default: nothing. */
  readonly restore?: () => RestoreConfirmed | undefined;
  readonly timing?: Timing;
}

/**
 * Whether this attempt may have been sent in a history that the event store has lost; then it is recorded as started and of
 * unknown outcome, and must not be sent. Reads the stream only of what was accepted before the restore.
 */
export async function presumedSent(
  parts: RestoredParts,
  dispatch: DispatchDelivery<OutreachState>,
  known: Folded<OutreachState>,
): Promise<boolean> {
  const restore = parts.restore?.();
  const { state } = known;
  if (!restore || state.status === 'none') return false;
  if (Date.parse(state.request.acceptedAt) >= Date.parse(restore.dueBefore)) return false;
  const read = await parts.store.readStream(outreachStream(dispatch.outreachId));
  const history: Stored[] = read.kind === 'missing' ? [] : read.events.map(stored);
  if (!mayHaveBeenSent(history, dispatch, restore)) return false;
  const { leg, attempt } = dispatch;
  const { timing = systemTiming } = parts;
  const claimId = timing.randomId();
  const delivery = deliveryOf(state, leg);
  const senders = delivery ? (parts.rota?.of(delivery.channel) ?? []) : [];
  // Whoever is the only one now sent what was planned through another, too.
  const certain = delivery && senders.every((key) => key === delivery.plan.provider);
  const provider = certain ? parts.provider(delivery.plan.provider) : undefined;
  const lookUp = provider?.capabilities.lookUp;
  await changeAttempt(parts, dispatch, {
    commandId: `presume:${claimId}`,
    known,
    decide: (now) =>
      presumeSent(now, {
        ...{ leg, attempt, claimId, claimedBy: parts.instance, now: parts.now() },
        ...(lookUp ? { recourse: { lookUpAfterSeconds: lookUp.afterSeconds } } : {}),
      }),
  });
  return true;
}

const stored = ({ type, data, created }: { type: string; data: unknown; created: Date }): Stored => ({
  event: { type, data } as OutreachEvent,
  recordedAt: created.toISOString(),
});
