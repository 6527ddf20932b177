import type { DecisionStep, LegBooking, PlannedLeg } from '@homing/contracts';
import type { Delivery, KnownOutreach } from '../outreach/outreach.state.js';
import { chooseSendTime, type ChooseSendTime, type SendTime } from '../send-time/send-time.policy.js';
import { earliestBy } from '../send-time/send-time.rules.js';

/** A start that has to be booked first: a retry, or what its booking has lapsed for. */
export interface Rebooking {
  readonly leg: number;
  readonly attempt: number;
  readonly at: string;
  readonly because: string;
  /** False: the same attempt, which was not started in time. */
  readonly retry: boolean;
  /** How many bookings of the leg were abandoned before this one. */
  readonly fence: number;
}

export type RebookAnswer =
  /** `at`: as it was booked, now or by an earlier try. */
  | {
      readonly kind: 'booked';
      readonly attempt: number;
      readonly fence: number;
      readonly at: string;
      readonly booking: LegBooking;
    }
  | { readonly kind: 'refused'; readonly attempt: number; readonly fence: number; readonly reason: string };

/** How the next step of a chain could be planned and booked; `fence` as it stood. */
export type LegAnswer =
  | { readonly kind: 'planned'; readonly fence: number; readonly plan: PlannedLeg }
  | { readonly kind: 'passed_over'; readonly fence: number; readonly step: DecisionStep; readonly reason: string };

/** The books' answers by leg: of one that stands how it may start again, of one to come how it is planned. */
export type Rebooked = ReadonlyMap<number, RebookAnswer | LegAnswer>;

/** The next attempt's booking was for an earlier instant than now. */
export const isLapsed = (delivery: Delivery, now: string): boolean =>
  delivery.next?.until !== undefined && Date.parse(now) > Date.parse(delivery.next.until);

/**
 * When a start that has to be booked first may be, from its `at` on: out of quiet hours and into a window, as a first start. No better hour is
 * looked for: it has waited already. Refused where nothing before the deadline is open.
 */
export function chooseRestartTime(
  { request: { urgency, expiresAt } }: KnownOutreach,
  { at }: Pick<Rebooking, 'at'>,
  { rules, clock }: Pick<ChooseSendTime, 'rules' | 'clock'>,
): SendTime {
  return chooseSendTime({ now: at, expiresAt, urgency, rules: earliestBy(rules), clock });
}
