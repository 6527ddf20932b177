import type { OutreachDecided, OutreachEvent, OutreachRequested, ProviderFactRecorded } from '@homing/contracts';
import { deliveryOf, type Delivery, type KnownOutreach, type OutreachState } from '@homing/domain';
import type { RoutingHourRow, RoutingMeasure } from '../tables/analytics.tables.js';
import { instant } from './instant.js';
import type { FoldedOutreach } from './outreach.fold.js';

/** Which hour of which tenant and campaign a count belongs to. */
interface Cohort extends Pick<RoutingHourRow, 'tenantId' | 'hour' | 'campaignKey'> {
  readonly key: string;
}
type Counted = Omit<RoutingHourRow, keyof Cohort | 'count'>;
type AlikeDecisions = { readonly cohort: Cohort; readonly decided: OutreachDecided; count: number };

const NONE = { channel: '', place: 0, step: '', reason: '' } as const;
const ENGAGED: ReadonlySet<string> = new Set(['opened', 'read', 'clicked', 'replied']);

/**
 * Gathers what a batch adds to the counts of routing. Every count rests on one event and the states around it, so the sums do not
 * depend on where batches were cut. Decisions that came out alike are counted as one and spelt out at the end: on the hot path a
 * decision costs one look-up, however many channels it weighed.
 */
export class RoutingFold {
  readonly #cohorts = new Map<OutreachRequested, Cohort>();
  readonly #alike = new Map<string, AlikeDecisions>();
  readonly #rows = new Map<string, { readonly row: Omit<RoutingHourRow, 'count'>; count: number }>();

  /** @param before the outreach without the event; undefined where it is the first */
  add(event: OutreachEvent, before: OutreachState | undefined, { state }: FoldedOutreach): void {
    if (state.status === 'none') return;
    switch (event.type) {
      case 'OutreachDecided':
        return this.#decided(this.#cohort(state), event.data);
      case 'OutreachRefused': {
        const { step, reason } = event.data;
        return this.#count(this.#cohort(state), { ...NONE, measure: 'refused', step, reason });
      }
      case 'FallbackPlanned':
      case 'StepPassedOver':
        return this.#turnOf(event, state);
      case 'AttemptStarted': {
        const leg = deliveryOf(state, event.data.leg);
        return leg?.attempts.length === 1 ? this.#leg(state, leg, 'tried') : undefined;
      }
      case 'ProviderFactRecorded':
        return this.#heard(event.data, before, state);
      case 'OutreachSettled': {
        if (before?.status === 'settled') return;
        const place = state.deliveries.filter(({ attempts }) => attempts.length > 0).length;
        return this.#count(this.#cohort(state), { ...NONE, measure: 'legs_used', place });
      }
      default:
    }
  }

  /** What is to be added to the rows that stand. */
  get changes(): RoutingHourRow[] {
    for (const { cohort, decided, count } of this.#alike.values())
      for (const counted of countsOf(decided)) this.#count(cohort, counted, count);
    this.#alike.clear();
    return [...this.#rows.values()].map(({ row, count }) => ({ ...row, count: BigInt(count) }));
  }

  /** The turn of a further step came: it follows, or is passed over. */
  #turnOf(
    { type, data }: Extract<OutreachEvent, { type: 'FallbackPlanned' | 'StepPassedOver' }>,
    state: KnownOutreach,
  ) {
    const { leg: place, channel } = data;
    if (type === 'StepPassedOver') {
      const { reason, step = '' } = data;
      return this.#count(this.#cohort(state), { measure: 'passed_over', channel, place, step, reason });
    }
    const reason = state.chain?.steps.find((each) => each.step === place)?.because ?? '';
    this.#count(this.#cohort(state), { ...NONE, measure: 'chosen', channel, place, reason });
  }

  #heard({ fact, leg, machine }: ProviderFactRecorded, before: OutreachState | undefined, state: KnownOutreach): void {
    if (machine || (fact !== 'delivered' && !ENGAGED.has(fact))) return;
    const after = deliveryOf(state, leg);
    const [was, is] = [reached(before && deliveryOf(before, leg)), reached(after)];
    if (!after || was === is) return;
    if (was === 'nobody') this.#leg(state, after, 'delivered');
    if (is === 'engaged') this.#leg(state, after, 'engaged');
  }

  #decided(cohort: Cohort, decided: OutreachDecided): void {
    const key = `${cohort.key}\n${signatureOf(decided)}`;
    const alike = this.#alike.get(key);
    if (alike) alike.count += 1;
    else this.#alike.set(key, { cohort, decided, count: 1 });
  }

  #leg(state: KnownOutreach, { channel, leg: place }: Delivery, measure: RoutingMeasure): void {
    this.#count(this.#cohort(state), { ...NONE, measure, channel, place });
  }

  /** An outreach's request is one object for the length of a batch. */
  #cohort({ request }: KnownOutreach): Cohort {
    let cohort = this.#cohorts.get(request);
    if (!cohort) this.#cohorts.set(request, (cohort = cohortOf(request)));
    return cohort;
  }

  #count(cohort: Cohort, counted: Counted, by = 1): void {
    const { measure, channel, place, step, reason } = counted;
    const key = `${cohort.key}\n${measure}\n${channel}\n${place}\n${step}\n${reason}`;
    const known = this.#rows.get(key);
    if (known) known.count += by;
    else {
      const { tenantId, hour, campaignKey } = cohort;
      this.#rows.set(key, { row: { tenantId, hour, campaignKey, ...counted }, count: by });
    }
  }
}

const HOUR = 'YYYY-MM-DDTHH'.length;
const OURS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LAST_DAY = '9999-12-31T23:59:59.999Z';

function cohortOf({ tenantId, campaignKey = '', acceptedAt, expiresAt }: OutreachRequested): Cohort {
  const accepted = OURS.test(acceptedAt) ? acceptedAt : instant(acceptedAt, instant(expiresAt, LAST_DAY));
  const hour = `${accepted.slice(0, HOUR)}:00:00.000Z`;
  return { tenantId, hour, campaignKey, key: `${tenantId}\n${hour}\n${campaignKey}` };
}

/** Two decisions with one signature count alike. */
function signatureOf(decided: OutreachDecided): string {
  let signature = '';
  for (const { leg, channel } of decided.legs) signature += `${leg} ${channel} ${becauseOf(decided, leg, channel)}\n`;
  for (const { channel, reason } of decided.explanation.excluded) signature += `\n-${channel} ${reason}`;
  return signature;
}

function countsOf(decided: OutreachDecided): Counted[] {
  return [
    { ...NONE, measure: 'decided' },
    ...decided.legs.map(({ leg, channel }): Counted => {
      return { ...NONE, measure: 'chosen', channel, place: leg, reason: becauseOf(decided, leg, channel) };
    }),
    ...decided.explanation.excluded.map(({ channel, reason }): Counted => {
      return { ...NONE, measure: 'excluded', channel, reason };
    }),
  ];
}

/** Why a channel has its place: as its chain says, else as it was ranked. */
const becauseOf = ({ chain, explanation: { ranked } }: OutreachDecided, leg: number, channel: string): string =>
  chain?.steps.find(({ step }) => step === leg)?.because ??
  ranked.find((each) => each.channel === channel)?.reason ??
  '';

type Reached = 'nobody' | 'delivered' | 'engaged';

/** As the milestones of its row say it. */
function reached(delivery: Delivery | undefined): Reached {
  let best: Reached = 'nobody';
  for (const { facts } of delivery?.attempts ?? []) {
    for (const { fact, machine } of facts) {
      if (machine) continue;
      if (ENGAGED.has(fact)) return 'engaged';
      if (fact === 'delivered') best = 'delivered';
    }
  }
  return best;
}
