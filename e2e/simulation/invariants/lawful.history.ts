import {
  deliveryIdOf,
  outreachIdOfStream,
  type OutreachEvent,
  type OutreachRequested,
  type PlannedLeg,
  type ProviderFactKind,
} from '@homing/contracts';
import { FORGED } from '../services/ingestion.service.js';
import type { Appended } from '../world/sim.store.js';
import type { World } from '../world/sim.world.js';
import { followLeg, isUnknown, nextOf, type AttemptHistory, type LegHistory } from './lawful.leg.js';

interface OfAttempt {
  readonly tenantId: string;
  readonly outreachId: string;
  readonly leg: number;
  readonly attempt: number;
  readonly deliveryId: string;
}

interface History {
  readonly tenantId: string;
  status: 'requested' | 'active' | 'refused' | 'settled';
  cancelled?: true;
  readonly request: OutreachRequested;
  readonly plans: Map<number, PlannedLeg>;
  /** By leg that is still to come: bookings of it that were abandoned. */
  readonly fences: Map<number, number>;
  readonly passed: Set<number>;
  readonly legs: Map<number, LegHistory>;
}

const REACHED: ReadonlySet<ProviderFactKind> = new Set([
  'delivered',
  'opened',
  'read',
  'clicked',
  'replied',
  'complained',
  'unsubscribed',
]);

/**
 * Reads every event at the moment it stands and says whether the history before allows it. Written from the rules, not from the
 * deciders: where the two disagree one of them is wrong.
 */
export class LawfulHistory {
  readonly #of = new Map<string, History>();
  /** Rounds of deciding that were abandoned. */
  readonly #abandoned = new Map<string, number>();

  constructor(private readonly world: World) {
    world.store.onAppended((appended) => this.#read(appended));
  }

  leg(outreachId: string, leg: number): LegHistory | undefined {
    return this.#of.get(outreachId)?.legs.get(leg);
  }

  request(outreachId: string): OutreachRequested | undefined {
    return this.#of.get(outreachId)?.request;
  }

  status(outreachId: string): History['status'] | undefined {
    return this.#of.get(outreachId)?.status;
  }

  /** Attempts whose outcome nobody knows. */
  unknown(): (OfAttempt & { readonly since: string })[] {
    return this.#attempts().flatMap(({ of, history }) =>
      isUnknown(history) ? [{ ...of, since: history.unknownSince ?? '' }] : [],
    );
  }

  assumed(): OfAttempt[] {
    return this.#attempts().flatMap(({ of, history }) => (history.assumed ? [of] : []));
  }

  knowsFact(providerEventId: string): boolean {
    return this.#attempts().some(({ history }) =>
      [...history.facts].some((fact) => fact.startsWith(`${providerEventId} `)),
    );
  }

  #attempts(): { readonly of: OfAttempt; readonly history: AttemptHistory }[] {
    return [...this.#of].flatMap(([outreachId, { tenantId, legs }]) =>
      [...legs].flatMap(([leg, { attempts }]) =>
        attempts.map((history, i) => ({
          of: { tenantId, outreachId, leg, attempt: i + 1, deliveryId: deliveryIdOf(outreachId, leg) },
          history,
        })),
      ),
    );
  }

  attempt(outreachId: string, leg: number, attempt: number): AttemptHistory | undefined {
    return this.leg(outreachId, leg)?.attempts[attempt - 1];
  }

  #read({ request, firstRevision }: Appended): void {
    const outreachId = outreachIdOfStream(request.stream);
    if (outreachId === undefined) return;
    const { watch, trace } = this.world;
    const name = trace.short('s', request.stream);
    request.events.forEach((event, i) => {
      const revision = firstRevision + BigInt(i);
      const fault = this.#follow(outreachId, event as OutreachEvent, revision);
      if (fault) watch.broken('lawful-history', `${name}@${revision} ${event.type}: ${fault}`);
      if (isForged(event as OutreachEvent)) watch.broken('tenant-walls', `${name}: another tenant's word was recorded`);
    });
    const tenantId = this.#of.get(outreachId)?.tenantId;
    if (tenantId && request.metadata.tenantId !== tenantId)
      watch.broken('tenant-walls', `${name}: an event of another tenant was appended`);
    if (request.events[0]?.type === 'OutreachRequested' && request.events.length < 2)
      watch.broken('lawful-history', `${name}: requested, and not decided in the same append`);
  }

  #follow(outreachId: string, event: OutreachEvent, revision: bigint): string | undefined {
    const history = this.#of.get(outreachId);
    if (event.type === 'OutreachAbandoned') {
      const before = this.#abandoned.get(outreachId) ?? 0;
      this.#abandoned.set(outreachId, event.data.round);
      return history || event.data.round !== before + 1 ? 'abandoned out of turn' : undefined;
    }
    if (event.type === 'OutreachRequested') {
      if (history || revision !== BigInt(this.#abandoned.get(outreachId) ?? 0)) return 'requested twice';
      this.#of.set(outreachId, {
        tenantId: event.data.tenantId,
        status: 'requested',
        legs: new Map(),
        plans: new Map(),
        fences: new Map(),
        passed: new Set(),
        request: event.data,
      });
      return event.data.outreachId === outreachId ? undefined : 'in the stream of another outreach';
    }
    return history ? follow(history, event) : 'before the request';
  }
}

function follow(history: History, event: Exclude<OutreachEvent, { type: 'OutreachRequested' }>): string | undefined {
  const { status, legs } = history;
  switch (event.type) {
    case 'OutreachAbandoned':
      return 'abandoned after it was decided';
    case 'OutreachDecided':
      history.status = 'active';
      for (const plan of event.data.legs) history.plans.set(plan.leg, plan);
      return status === 'requested' ? undefined : `decided when ${status}`;
    case 'OutreachRefused':
      history.status = 'refused';
      return status === 'requested' ? undefined : `refused when ${status}`;
    case 'CancellationRequested': {
      const before = history.cancelled;
      history.cancelled = true;
      return before || status === 'refused' || status === 'settled' ? `cancelled when ${status}` : undefined;
    }
    case 'OutreachSettled': {
      history.status = 'settled';
      if (status === 'requested') return history.cancelled ? undefined : 'settled before it was decided';
      if (status !== 'active') return `settled when ${status}`;
      const all = [...legs.values()];
      if (!all.some(reached) && all.some(({ attempts }) => attempts.some(isUnknown)))
        return 'settled while nobody knows whether it was sent';
      return all.some(reached) || all.every((leg) => leg.closed) ? undefined : 'settled with something open';
    }
    case 'FallbackPlanned':
    case 'StepPassedOver': {
      const { leg } = event.data;
      const before = history.passed.has(leg);
      if (event.type === 'FallbackPlanned') history.plans.set(leg, event.data.plan);
      else history.passed.add(leg);
      if (event.type === 'FallbackPlanned' && [...legs.values()].some(isRunning))
        return 'the next step of a chain while the one before runs';
      if (event.type === 'FallbackPlanned' && [...legs.values()].some(saidStop))
        return 'the next step of a chain after the person had answered or wants nothing more';
      return status === 'active' && !legs.has(leg) && !before ? undefined : 'a step of a leg that stands';
    }
    case 'DeliveryScheduled': {
      const { leg, sendAt, expiresAt } = event.data;
      const before = legs.get(leg);
      const plan = history.plans.get(leg);
      const next = nextOf({ attempt: 1, at: sendAt, ...(plan?.booking && { booking: plan.booking }) });
      legs.set(leg, { expiresAt, plan, booking: plan?.booking, next, attempts: [] });
      return status !== 'active' || before ? 'scheduled twice, or when nothing was decided' : undefined;
    }
    case 'ConversionReported':
      return legs.size > 0 ? undefined : 'converted by what was never scheduled';
    default: {
      const leg = legs.get(event.data.leg);
      if (!leg && event.type === 'BookingAbandoned') {
        const before = history.fences.get(event.data.leg) ?? 0;
        history.fences.set(event.data.leg, event.data.fence);
        return event.data.fence === before + 1 && status === 'active' ? undefined : 'fenced out of turn';
      }
      if (event.type === 'AttemptStarted' && history.cancelled) return 'started after it was cancelled';
      return leg ? followLeg(leg, event, status === 'active') : 'of a leg that was never scheduled';
    }
  }
}

/** Something of it may still go out, or is going out. */
const isRunning = ({ closed, next, attempts }: LegHistory): boolean => {
  const last = attempts.at(-1);
  const calling = last && !last.answer && last.unknownSince === undefined && last.kinds.size === 0 && !last.settled;
  return (!closed && next !== undefined) || calling === true;
};

const saidStop = ({ attempts }: LegHistory): boolean =>
  attempts.some(({ kinds }) => kinds.has('replied') || kinds.has('complained'));

const isForged = (event: OutreachEvent): boolean =>
  event.type === 'ProviderFactRecorded' && event.data.providerEventId.startsWith(FORGED);

const reached = ({ attempts }: LegHistory): boolean =>
  attempts.some(({ kinds }) => [...kinds].some((kind) => REACHED.has(kind)));
