import type { Channel, Money, RetryPolicy } from '@homing/contracts';

/** Policies as data, with a version that every decision records. */
export interface DecisionPolicy {
  readonly version: string;
  readonly channels: Readonly<Partial<Record<Channel, ChannelPolicy>>>;
  /** Default time a request stays valid, in hours. */
  readonly defaultLifetimeHours: number;
}

export interface ChannelPolicy {
  readonly enabled: boolean;
  readonly provider: string;
  /** Worst-case price of one message. */
  readonly price: Money;
  readonly retry: RetryPolicy;
  /** 0..1: the prior with which the channel is ranked while nothing else is known. */
  readonly prior: number;
}

/** Email through SendGrid; two retries after 60 s and 120 s (REQUIREMENTS C5); price zero until a price table says otherwise. */
export const DEFAULT_POLICY: DecisionPolicy = {
  version: 'default-1',
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
