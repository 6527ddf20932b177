import type { Channel, Urgency } from '@homing/contracts';

type ByChannel = Readonly<Partial<Record<Channel, number>>>;

/**
 * How well each channel suits each value of a factor, 0 (not at all) to 1. Product defaults: judgements of ours about how the channels
 * are used, not measurements; `docs/decisions.md` shows them. What a tenant's own people do outweighs them with time.
 */
export interface FactorScale<Value extends string> {
  readonly source: string;
  readonly rows: Readonly<Record<Value, ByChannel>>;
}

/** Of a value nobody knows, and of a channel a row does not name: it speaks for no channel. */
export const NEUTRAL = 0.5;

const SOURCE = 'product default';

export const CUSTOMER_TYPE_SCALE: FactorScale<'new' | 'existing'> = {
  source: SOURCE,
  rows: {
    // Who does not know the sender yet is approached where strangers write; the person is not interrupted.
    new: {
      ...{ email: 0.8, linkedin: 0.6, contact_form: 0.6, sms: 0.5, whatsapp: 0.5 },
      ...{ instagram: 0.4, facebook: 0.4, twitter: 0.3 },
    },
    // Who has a business with the sender gets short messages about it.
    existing: {
      ...{ sms: 0.8, whatsapp: 0.8, email: 0.7, linkedin: 0.5, instagram: 0.5, facebook: 0.5 },
      ...{ twitter: 0.4, contact_form: 0.2 },
    },
  },
};

export const DEVICE_SCALE: FactorScale<'mobile' | 'desktop' | 'tablet'> = {
  source: SOURCE,
  rows: {
    mobile: {
      ...{ sms: 0.9, whatsapp: 0.9, instagram: 0.9, facebook: 0.8, twitter: 0.7, email: 0.6 },
      ...{ linkedin: 0.5, contact_form: 0.3 },
    },
    desktop: {
      ...{ email: 0.9, linkedin: 0.8, contact_form: 0.7, facebook: 0.6, twitter: 0.6, whatsapp: 0.5 },
      ...{ sms: 0.4, instagram: 0.3 },
    },
    tablet: {
      ...{ email: 0.8, facebook: 0.7, instagram: 0.7, linkedin: 0.6, twitter: 0.6, whatsapp: 0.5 },
      ...{ contact_form: 0.5, sms: 0.4 },
    },
  },
};

/** How soon a channel is noticed, against how much it interrupts. */
export const URGENCY_SCALE: FactorScale<Urgency> = {
  source: SOURCE,
  rows: {
    low: {
      ...{ email: 0.9, linkedin: 0.7, contact_form: 0.7, instagram: 0.5, facebook: 0.5, twitter: 0.5 },
      ...{ whatsapp: 0.4, sms: 0.3 },
    },
    normal: {
      ...{ email: 0.7, sms: 0.6, whatsapp: 0.6, linkedin: 0.6, instagram: 0.5, facebook: 0.5, twitter: 0.5 },
      ...{ contact_form: 0.5 },
    },
    high: {
      ...{ sms: 0.9, whatsapp: 0.8, email: 0.5, instagram: 0.5, facebook: 0.5, twitter: 0.5, linkedin: 0.3 },
      ...{ contact_form: 0.2 },
    },
    critical: {
      ...{ sms: 1, whatsapp: 0.9, email: 0.4, instagram: 0.4, facebook: 0.4, twitter: 0.4, linkedin: 0.2 },
      ...{ contact_form: 0.1 },
    },
  },
};

/** Parts of a person's day, each up to but not including the hour where the next begins. */
export const DAY_PARTS = [
  { part: 'night', from: 0 },
  { part: 'morning', from: 7 },
  { part: 'working_hours', from: 9 },
  { part: 'evening', from: 17 },
  { part: 'night', from: 21 },
] as const;
export type DayPart = (typeof DAY_PARTS)[number]['part'];

export const dayPartOf = (hour: number): DayPart => DAY_PARTS.findLast(({ from }) => hour >= from)?.part ?? 'night';

export const TIME_OF_DAY_SCALE: FactorScale<DayPart> = {
  source: SOURCE,
  rows: {
    night: {
      ...{ contact_form: 0.5, email: 0.4, instagram: 0.3, facebook: 0.3, twitter: 0.3, linkedin: 0.2 },
      ...{ sms: 0.1, whatsapp: 0.1 },
    },
    morning: {
      ...{ email: 0.8, linkedin: 0.7, contact_form: 0.7, twitter: 0.6, sms: 0.5, whatsapp: 0.5 },
      ...{ instagram: 0.5, facebook: 0.5 },
    },
    working_hours: {
      ...{ email: 0.9, linkedin: 0.9, contact_form: 0.9, sms: 0.8, whatsapp: 0.7, twitter: 0.6 },
      ...{ instagram: 0.5, facebook: 0.5 },
    },
    evening: {
      ...{ whatsapp: 0.9, instagram: 0.9, facebook: 0.9, sms: 0.8, twitter: 0.8, email: 0.6 },
      ...{ contact_form: 0.5, linkedin: 0.4 },
    },
  },
};

/** A scale's value; `NEUTRAL` where the value or the channel is not in it. */
export function scaled<Value extends string>(
  { rows }: FactorScale<Value>,
  value: string | undefined,
  channel: Channel,
): number {
  const known = value !== undefined && isRow(rows, value) ? rows[value] : undefined;
  return known?.[channel] ?? NEUTRAL;
}

export const isRow = <Value extends string>(rows: Readonly<Record<Value, ByChannel>>, value: string): value is Value =>
  Object.hasOwn(rows, value);
