/** Milliseconds, or a range from which each call draws its own. */
export type Span = number | readonly [min: number, max: number];

export const THROTTLE_STYLES = [
  'retry-after',
  'retry-after-date',
  'x-ratelimit-reset',
  'x-rate-limit-reset',
  'none',
] as const;
export type ThrottleStyle = (typeof THROTTLE_STYLES)[number];

/** How a provider behaves from now on. Rates run from 0 to 1. Every default is a provider on its best day. */
export interface Behaviour {
  /** Before anything is decided. */
  readonly latencyMs: Span;
  /** After the message is in the ledger, before the answer: webhooks can come first. */
  readonly answerDelayMs: Span;
  /** HTTP status -> rate; nothing is accepted. */
  readonly errorRates: Readonly<Record<string, number>>;
  readonly throttle: {
    readonly rate: number;
    /** 0: no limit. */
    readonly perSecond: number;
    readonly style: ThrottleStyle;
    readonly retryAfterSeconds: number;
  };
  /** The connection is destroyed, the message is in the ledger. */
  readonly dropAfterAccept: number;
  /** The connection is destroyed, the message is not in the ledger. */
  readonly dropBeforeAccept: number;
  /** Never answered, not in the ledger. */
  readonly hangs: number;
  /** Never answered, in the ledger. */
  readonly hangsAfterAccept: number;
  /** Being asked what became of a message. */
  readonly activity: {
    /** False: the account has no such add-on. */
    readonly allowed: boolean;
    /** How long a message takes to show. */
    readonly delayMs: Span;
    /** 0: no limit. */
    readonly perMinute: number;
  };
  readonly webhook: {
    readonly delayMs: Span;
    /** How many more times each event is posted, 0 to 46. */
    readonly duplicates: number;
    readonly reorder: boolean;
    /** Events that are never posted. */
    readonly dropRate: number;
    readonly unsigned: boolean;
    /** Holds all events back until it is false again. */
    readonly paused: boolean;
    /** Most events in one POST. */
    readonly batchSize: number;
    /** How long the first event waits for company before it is posted, in milliseconds; SendGrid gathers for up to 30 s. */
    readonly gatherMs: number;
  };
}

export const BEST_DAY: Behaviour = {
  latencyMs: 0,
  answerDelayMs: 0,
  errorRates: {},
  throttle: { rate: 0, perSecond: 0, style: 'x-ratelimit-reset', retryAfterSeconds: 1 },
  dropAfterAccept: 0,
  dropBeforeAccept: 0,
  hangs: 0,
  hangsAfterAccept: 0,
  activity: { allowed: true, delayMs: 0, perMinute: 0 },
  webhook: {
    delayMs: 0,
    duplicates: 0,
    reorder: false,
    dropRate: 0,
    unsigned: false,
    paused: false,
    batchSize: 100,
    gatherMs: 0,
  },
};

/** Where between its ends a span lies for a number from 0 to 1. */
export const within = (span: Span, at: number): number =>
  typeof span === 'number' ? span : Math.round(span[0] + (span[1] - span[0]) * at);
