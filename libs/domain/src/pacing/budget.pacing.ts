/** The local days over which a budget is to be spread, both included, such as `2026-05-01`. */
export interface BudgetPeriod {
  readonly firstDay: string;
  readonly lastDay: string;
}

export interface PacingInputs {
  readonly period: BudgetPeriod;
  /** Micro-units of the campaign's currency, not negative, as are all amounts here. */
  readonly totalMicros: number;
  /** Charged by what was sent. */
  readonly spentMicros: number;
  /** Spoken for by what is decided and not settled, at its worst case. */
  readonly reservedMicros: number;
  /** Messages a provider took. */
  readonly messages: number;
  /** What a message is expected to cost while none was charged. Absent: nothing is known. */
  readonly priceMicros?: number | undefined;
  /** The campaign's local day now. */
  readonly today: string;
  /** Share of it that has passed, 0 <= passed < 1. */
  readonly passed: number;
}

export const PACING_RECOMMENDATIONS = ['increase', 'reduce', 'maintain', 'none'] as const;
export type PacingRecommendation = (typeof PACING_RECOMMENDATIONS)[number];

export interface Pacing {
  readonly phase: 'before' | 'running' | 'over';
  readonly days: number;
  /** Days of the period that have passed, the share of today included. */
  readonly elapsedDays: number;
  /** What would be spent by now at an even rate. */
  readonly idealMicros: number;
  /** What is spent or spoken for. */
  readonly committedMicros: number;
  /** `committedMicros` against `idealMicros`: 1 is on track, above it faster. Null while nothing ought to be spent yet. */
  readonly pace: number | null;
  readonly recommendation: PacingRecommendation;
  readonly remainingMicros: number;
  /** Average of what was charged, rounded up; the expected price while nothing was. Null: unknown. */
  readonly costPerMessageMicros: number | null;
  /** Messages a day that use up what is left by the end of the period, never more. Null outside the period's future, or where the cost is unknown or nothing. */
  readonly suggestedDailyLimit: number | null;
}

/** Nearer to the ideal than this share of it is on track. */
export const ON_TRACK = 0.1;
/** And so is what differs by less than this share of the whole budget: the first hours of a campaign say little. */
export const NEGLIGIBLE = 0.01;

const DAY_MS = 86_400_000;

/** How a budget is spent against an even rate over its period, and what would bring it back there. Linear; days count alike. */
export function paceBudget(inputs: PacingInputs): Pacing {
  const { period, totalMicros, spentMicros, reservedMicros, today, passed } = inputs;
  const days = Math.max(1, daysBetween(period.firstDay, period.lastDay) + 1);
  const elapsedDays = Math.min(days, Math.max(0, daysBetween(period.firstDay, today) + passed));
  const phase = today < period.firstDay ? 'before' : today > period.lastDay ? 'over' : 'running';
  const idealMicros = Math.floor(totalMicros * (elapsedDays / days));
  const committedMicros = spentMicros + reservedMicros;
  const remainingMicros = Math.max(0, totalMicros - committedMicros);
  const costPerMessageMicros = costOf(inputs);
  return {
    phase,
    days,
    elapsedDays,
    idealMicros,
    committedMicros,
    pace: idealMicros > 0 ? committedMicros / idealMicros : null,
    recommendation: phase === 'running' ? recommended({ totalMicros, idealMicros, committedMicros }) : 'none',
    remainingMicros,
    costPerMessageMicros,
    suggestedDailyLimit:
      phase === 'over' || !costPerMessageMicros
        ? null
        : Math.floor(remainingMicros / Math.max(1, days - elapsedDays) / costPerMessageMicros),
  };
}

function recommended({
  totalMicros,
  idealMicros,
  committedMicros,
}: Pick<PacingInputs, 'totalMicros'> & Pick<Pacing, 'idealMicros' | 'committedMicros'>): PacingRecommendation {
  const ahead = committedMicros - idealMicros;
  if (Math.abs(ahead) <= Math.max(idealMicros * ON_TRACK, totalMicros * NEGLIGIBLE)) return 'maintain';
  return ahead > 0 ? 'reduce' : 'increase';
}

function costOf({ spentMicros, messages, priceMicros }: PacingInputs): number | null {
  if (messages > 0 && spentMicros > 0) return Math.ceil(spentMicros / messages);
  return priceMicros ?? null;
}

const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

/** The same as a person would say it. */
export function pacingSentence(pacing: Pacing): string {
  const { phase, recommendation, pace, suggestedDailyLimit } = pacing;
  if (phase === 'before') return 'The period has not begun.';
  if (phase === 'over') return 'The period is over.';
  const share =
    pace === null ? 'Nothing ought to be spent yet' : `Spending runs at ${Math.round(pace * 100)} % of an even rate`;
  const advice = { increase: 'increase it', reduce: 'reduce it', maintain: 'keep it up', none: '' }[recommendation];
  const limit = suggestedDailyLimit === null ? '' : `; ${suggestedDailyLimit} messages a day use up what is left`;
  return `${share}: ${advice}${limit}.`;
}
