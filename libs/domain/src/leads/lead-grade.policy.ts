import type { Channel } from '@homing/contracts';

/** Best first. `D`: nothing is known by which they could be reached. */
export const LEAD_GRADES = ['A', 'B', 'C', 'D'] as const;
export type LeadGrade = (typeof LEAD_GRADES)[number];

/** Name of the rule; another table of points or limits gets another name. */
export const LEAD_RULE = 'leads-1';

/** What the rule looks at: counts and yes or no, nothing personal. */
export interface LeadFacts {
  /** Addresses by channel, without the channels the person does not want; absent is 0. */
  readonly addresses: Readonly<Partial<Record<Channel, number>>>;
  readonly hasName: boolean;
  readonly hasTimeZone: boolean;
  readonly hasLocale: boolean;
  readonly hasCustomerType: boolean;
  /** Template data of their own. */
  readonly hasData: boolean;
  /** How well they fit, by the caller's own measure: whole, 0..100. Absent counts as 0. */
  readonly score?: number;
  /** They have shown interest elsewhere. */
  readonly engaged: boolean;
}

export interface LeadGrading {
  readonly grade: LeadGrade;
  /** 0..100 */
  readonly points: number;
}

/** Points for what is there; together at most 100, the score's and these. */
export const LEAD_POINTS = {
  email: 20,
  phone: 10,
  linkedin: 10,
  contactForm: 4,
  social: 4,
  secondAddress: 2,
  name: 6,
  timeZone: 4,
  locale: 2,
  customerType: 2,
  data: 6,
  engaged: 10,
} as const;

/** Points a whole score of 100 is worth. */
export const SCORE_POINTS = 20;
/** Points from which on a lead has this grade; whoever can be reached has C at least. */
export const GRADE_FROM = { A: 55, B: 35 } as const;

/**
 * The default rule. Total, and the same for the same facts; whoever has more of anything is never graded worse.
 * @param facts `score` outside 0..100 counts as the nearer end
 */
export function gradeLead(facts: LeadFacts): LeadGrading {
  const points = reachPoints(facts.addresses) + knowledgePoints(facts) + signalPoints(facts);
  return { grade: gradeOf(points, isReachable(facts)), points };
}

function gradeOf(points: number, reachable: boolean): LeadGrade {
  if (!reachable) return 'D';
  if (points >= GRADE_FROM.A) return 'A';
  return points >= GRADE_FROM.B ? 'B' : 'C';
}

const isReachable = ({ addresses }: LeadFacts): boolean => Object.values(addresses).some((count) => count > 0);

function reachPoints(addresses: LeadFacts['addresses']): number {
  const any = (...channels: Channel[]): boolean => channels.some((channel) => (addresses[channel] ?? 0) > 0);
  return (
    (any('email') ? LEAD_POINTS.email : 0) +
    (any('sms', 'whatsapp') ? LEAD_POINTS.phone : 0) +
    (any('linkedin') ? LEAD_POINTS.linkedin : 0) +
    (any('contact_form') ? LEAD_POINTS.contactForm : 0) +
    (any('instagram', 'facebook', 'twitter') ? LEAD_POINTS.social : 0) +
    (Object.values(addresses).some((count) => count > 1) ? LEAD_POINTS.secondAddress : 0)
  );
}

const knowledgePoints = (facts: LeadFacts): number =>
  (facts.hasName ? LEAD_POINTS.name : 0) +
  (facts.hasTimeZone ? LEAD_POINTS.timeZone : 0) +
  (facts.hasLocale ? LEAD_POINTS.locale : 0) +
  (facts.hasCustomerType ? LEAD_POINTS.customerType : 0) +
  (facts.hasData ? LEAD_POINTS.data : 0);

const signalPoints = ({ score = 0, engaged }: LeadFacts): number =>
  Math.floor((Math.min(100, Math.max(0, score)) * SCORE_POINTS) / 100) + (engaged ? LEAD_POINTS.engaged : 0);
