import type { Channel, Money, RetryPolicy } from '@homing/contracts';
import type { QuotaLimits } from '../ledger/quota.decider.js';
import { DEFAULT_CAPS } from '../ledger/frequency-cap.policy.js';
import type { ContactLimits } from '../ledger/person.decider.js';
import type { ConsentRules } from '../consent/consent.rule.js';
import { DEFAULT_SELECTION, type SelectionPolicy } from '../routing/selection.state.js';
import type { SendTimeRules } from '../send-time/send-time.rules.js';

/** Policies as data, with a version that every decision records. */
export interface DecisionPolicy {
  readonly version: string;
  readonly channels: Readonly<Partial<Record<Channel, ChannelPolicy>>>;
  /** Frequency caps and dedup window of a person. */
  readonly contactLimits: ContactLimits;
  readonly selection: SelectionPolicy;
  /** What needs consent. Absent: the product's default. */
  readonly consent?: ConsentRules;
  /** Absent: any time will do. */
  readonly sendTime?: SendTimeRules;
  /** Default time a request stays valid, in hours. */
  readonly defaultLifetimeHours: number;
}

export interface ChannelPolicy {
  readonly enabled: boolean;
  readonly provider: string;
  /** Others that may take its messages instead. Default: none. */
  readonly standIns?: readonly string[];
  /** Worst-case price of one message. */
  readonly price: Money;
  readonly retry: RetryPolicy;
  /** 0..1: the share of its messages expected to engage while nothing is known. */
  readonly prior: number;
  /** Its messages are handed to a person who sends them. Default: no. */
  readonly assisted?: boolean;
  /** Messages it may send in an hour and in a day of the tenant's. Absent: any number. */
  readonly quota?: QuotaLimits;
}

/** Email through SendGrid; two retries after 60 s and 120 s (REQUIREMENTS C5); 3 contacts a day and 10 a week, the same content once in 24 h (B2, B3); consent for SMS marketing and WhatsApp; price zero until a price table says otherwise. */
export const DEFAULT_POLICY: DecisionPolicy = {
  version: 'default-4',
  contactLimits: { caps: DEFAULT_CAPS, dedupHours: 24 },
  selection: DEFAULT_SELECTION,
  defaultLifetimeHours: 24 * 7,
  channels: {
    email: {
      enabled: true,
      provider: 'sendgrid',
      price: { micros: 0, currency: 'EUR' },
      retry: { maxRetries: 2, delaysSeconds: [] },
      prior: 0.5,
    },
  },
};
