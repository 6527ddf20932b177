import {
  attemptState,
  outreachView,
  shownOn,
  type AttemptView,
  type DeliveryView,
  type KnownOutreach,
} from '@homing/domain';
import type { AttemptRow, DeliveryRow } from '../tables/read-model.tables.js';
import { earliest, instant, instantOrNull } from './instant.js';
import type { FoldedOutreach } from './outreach.fold.js';

type Folded = FoldedOutreach & { readonly state: KnownOutreach };
type Delivery = KnownOutreach['deliveries'][number];

/** One row a leg: what its attempts and the provider's facts add up to. */
export function deliveryRows(outreach: Folded, position: bigint): DeliveryRow[] {
  const views = new Map(outreachView(outreach.state).deliveries.map((view) => [view.leg, view]));
  return outreach.state.deliveries.flatMap((delivery) => {
    const view = views.get(delivery.leg);
    return view ? [deliveryRow(outreach, { delivery, view, position })] : [];
  });
}

interface Leg {
  readonly delivery: Delivery;
  readonly view: DeliveryView;
  readonly position: bigint;
}

function deliveryRow({ outreachId, tenantId, state }: Folded, { delivery, view, position }: Leg): DeliveryRow {
  const { plan, closed, attempts } = delivery;
  const { milestones } = view;
  const failedAt = closed?.kind === 'permanent_failed' ? closed.at : undefined;
  return {
    deliveryId: delivery.deliveryId,
    outreachId,
    tenantId,
    leg: delivery.leg,
    channel: delivery.channel,
    state: view.state,
    attempts: attempts.length,
    retryCount: Math.max(0, attempts.length - 1),
    provider: attempts.at(-1)?.provider ?? plan.provider,
    providerMessageId: lastOf(view.attempts, (attempt) => attempt.providerMessageId),
    lastErrorCode: lastOf(view.attempts, (attempt) => attempt.code),
    closedReason: closed?.reason ?? null,
    sendAt: instantOrNull(plan.sendAt),
    expiresAt: instant(delivery.expiresAt, instant(state.request.expiresAt, FAR)),
    queuedAt: earliest(...attempts.map(takenAt)),
    sentAt: earliest(milestones.sent, ...attempts.map((attempt) => sentByHand(attempt)), ...takenAndSent(delivery)),
    deliveredAt: instantOrNull(milestones.delivered),
    openedAt: instantOrNull(milestones.opened),
    readAt: instantOrNull(milestones.read),
    clickedAt: instantOrNull(milestones.clicked),
    repliedAt: instantOrNull(milestones.replied),
    bouncedAt: instantOrNull(milestones.bounced),
    failedAt: earliest(milestones.failed, milestones.undelivered, milestones.dropped, failedAt),
    complainedAt: instantOrNull(milestones.complained),
    unsubscribedAt: instantOrNull(milestones.unsubscribed),
    closedAt: instantOrNull(closed?.at),
    updatedPosition: position,
  };
}

/** When it was known that the provider had it. */
const takenAt = ({ answer, settled }: Delivery['attempts'][number]): string | undefined => {
  if (answer) return answer.kind === 'accepted' ? answer.at : undefined;
  return settled?.outcome === 'sent' ? settled.at : undefined;
};

/** Where nobody reports it: when a person said so, or a site took it. */
const sentByHand = ({ assistance }: Delivery['attempts'][number]): string | undefined =>
  assistance?.end?.outcome === 'sent' ? assistance.end.at : undefined;
const takenAndSent = ({ channel, attempts }: Delivery): (string | undefined)[] =>
  shownOn(channel, 'queued') === 'sent' ? attempts.map(takenAt) : [];

/** One row an attempt. */
export function attemptRows({ outreachId, tenantId, state }: Folded, position: bigint): AttemptRow[] {
  const views = new Map(outreachView(state).deliveries.map((view) => [view.leg, view.attempts]));
  return state.deliveries.flatMap(({ deliveryId, leg, channel, attempts }) =>
    attempts.map((attempt, index): AttemptRow => {
      const view = views.get(leg)?.[index];
      return {
        deliveryId,
        attempt: attempt.attempt,
        outreachId,
        tenantId,
        channel,
        state: view?.state ?? attemptState(attempt),
        provider: attempt.provider,
        providerMessageId: view?.providerMessageId ?? null,
        startedAt: instant(attempt.startedAt, FAR),
        leaseUntil: instant(attempt.leaseUntil, FAR),
        answeredAt: instantOrNull(view?.answeredAt),
        unknownSince: instantOrNull(attempt.unknownSince),
        class: view?.class ?? null,
        code: view?.code ?? null,
        ...assistedColumns(attempt),
        updatedPosition: position,
      };
    }),
  );
}

type AssistedColumns = Extract<keyof AttemptRow, `assisted${string}`>;

const assistedColumns = ({ assistance }: Delivery['attempts'][number]): Pick<AttemptRow, AssistedColumns> => ({
  assistedReason: assistance?.reason ?? null,
  assistedAt: instantOrNull(assistance?.at),
  assistedOutcome: assistance?.end?.outcome ?? null,
  assistedEndedAt: instantOrNull(assistance?.end?.at),
  assistedEndedBy: assistance?.end?.by ?? null,
  assistedOpenedBy: assistance?.openedBy ?? null,
  assistedWorker: assistance?.claim?.worker ?? null,
  assistedClaimedUntil: instantOrNull(assistance?.claim?.until),
  assistedDespite: assistance?.end?.despite ?? null,
});

/** For an instant of ours that cannot be read: shown as what it is, not hidden. */
const FAR = '9999-12-31T23:59:59.999Z';

const lastOf = (attempts: readonly AttemptView[], pick: (attempt: AttemptView) => string | undefined): string | null =>
  attempts.map(pick).findLast((value) => value !== undefined) ?? null;
