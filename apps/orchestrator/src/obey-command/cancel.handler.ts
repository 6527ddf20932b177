import type { CancelAnswer, CancelOutreachDto, OutreachRequested } from '@homing/contracts';
import { cancelOutreach, cancelUndecided, outreachView, type OutreachState } from '@homing/domain';
import type { Folded } from '@homing/event-store';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';
import { fromAcceptedRecord } from '@homing/intake';
import { crashPoint } from '@homing/service-kit';
import type { VaultIntake } from '@homing/vault/intake';
import { followOutreach, type FollowParts } from '../follow-outreach/outreach.follower.js';

export interface CancelParts {
  readonly follow: FollowParts;
  readonly vault: Pick<VaultIntake, 'loadAccepted'>;
  /** As in decisions: what a request without a deadline gets. */
  readonly defaultLifetimeHours: number;
}

/**
 * Cancels an outreach at the exact revision. One that is accepted and not decided yet is settled before anybody decides:
 * whoever is deciding meanwhile finds that its append conflicts.
 */
export async function cancel(parts: CancelParts, command: CancelOutreachDto, messageId: string): Promise<CancelAnswer> {
  const { outreachId, tenantId, by } = command;
  const known = await readOutreach(parts.follow.store, outreachId);
  const accepted = known.state.status === 'none' ? await acceptedRequest(parts, outreachId) : undefined;
  const owner = known.state.status === 'none' ? accepted?.tenantId : known.state.request.tenantId;
  if (owner !== tenantId) return { kind: 'cancel', outreachId, status: 'not_found', deliveries: [] };
  crashPoint('orchestrator.before-cancel');
  const handled = await change(parts, command, { known, request: accepted?.request, messageId, by });
  crashPoint('orchestrator.after-cancel');
  const after = await followOutreach(parts.follow, { outreachId, tenantId, causationId: messageId, known: handled });
  return answerOf(outreachId, after.state);
}

interface Cancelling {
  readonly known: Folded<OutreachState>;
  /** Of an outreach that is not decided yet. */
  readonly request: OutreachRequested | undefined;
  readonly messageId: string;
  readonly by: string;
}

function change(
  { follow: { store, instance, now: clock } }: CancelParts,
  { outreachId, tenantId }: CancelOutreachDto,
  { known, request, messageId, by }: Cancelling,
): Promise<Folded<OutreachState>> {
  const now = clock();
  return changeOutreach(store, instance, {
    outreachId,
    tenantId,
    known,
    decide: (state) => (request ? cancelUndecided(state, { request, by, now }) : cancelOutreach(state, { by, now })),
    commandId: `cancel:${messageId}`,
    causationId: messageId,
    now,
  });
}

/** What intake sealed. Of a person who was erased since there is no request left, and nothing will be sent. */
async function acceptedRequest(
  { vault, defaultLifetimeHours }: CancelParts,
  outreachId: string,
): Promise<{ tenantId: string; request: OutreachRequested | undefined } | undefined> {
  const [record] = await vault.loadAccepted([outreachId]);
  return record && { tenantId: record.tenantId, request: fromAcceptedRecord(record, defaultLifetimeHours)?.requested };
}

function answerOf(outreachId: string, state: OutreachState): CancelAnswer {
  const deliveries = state.status === 'none' ? [] : state.deliveries;
  const cancelled =
    state.status !== 'none' &&
    (state.outcome === 'cancelled' ||
      state.chain?.cancelled === true ||
      deliveries.some((delivery) => delivery.closed?.kind === 'cancelled'));
  return {
    kind: 'cancel',
    outreachId,
    status: cancelled ? 'cancelled' : 'nothing_to_cancel',
    deliveries: outreachView(state).deliveries.map(({ deliveryId, channel, state: of }) => ({
      deliveryId,
      channel,
      state: of,
    })),
  };
}
