import { TRIAL_LOST_MS } from './provider-health.policy.js';
import { unseenProvider, type ProviderHealth } from './provider-health.state.js';
import { isFreshlyMeasured, measuredMs, SLOW_FLOOR_MS, type HealthByProvider } from './provider-speed.policy.js';

/** What is meant for a slow provider goes there in this share, to see whether it still is. */
export const MEASURING_SHARE = 0.05;
/** What is meant for one that seems slow goes to the next in this share, until that one is measured. */
const COMPARING_SHARE = 0.25;
/** The same in this share where the next was measured before and may have become faster: within 30 s at five messages a second. */
const COMPARING_AGAIN_SHARE = 0.1;

export interface ChooseProvider {
  /** The most preferred first. */
  readonly providers: readonly string[];
  readonly healths: HealthByProvider;
  /** The one that took an earlier message of the same outreach: it is kept as long as it is not stopped. */
  readonly last?: string | undefined;
  /** The one that refused this delivery's attempt before: any other comes first, and those that are not stopped before them all. */
  readonly refusedBy?: string | undefined;
  readonly now: number;
  /** 0..1, drawn for this choice. */
  readonly draw: number;
}

export type ProviderChoice =
  /** `trial`: it is stopped, and this message finds out whether it still has to be. */
  | { readonly kind: 'provider'; readonly key: string; readonly trial: boolean }
  /** Each of them refuses our key: nothing can be sent for so long. */
  | { readonly kind: 'none'; readonly waitMs: number };

/**
 * Which provider is to be given a message. The preferred one, unless it is stopped, rests, or comes back gradually; then the next. Where
 * none of them is well, the one that is least unwell: whether a message is worth its tries is for the retries to say. One that refuses
 * our key is given trials alone.
 */
export function chooseProvider(choice: ChooseProvider): ProviderChoice {
  const { healths, now, draw } = choice;
  const order = orderOf(choice);
  const found = order.find(({ key, health }, i) =>
    takes({ health, kept: key === choice.last, now, draw }, order[i + 1]),
  );
  if (found) return { kind: 'provider', key: found.key, trial: found.health.standing.kind === 'stopped' };
  const left = order.filter(({ health: { standing } }) => standing.kind !== 'stopped' || standing.cause === 'errors');
  const least = left.toSorted((a, b) => illness(a.health, now) - illness(b.health, now))[0];
  if (least) return { kind: 'provider', key: least.key, trial: false };
  const waits = [...healths.values()].flatMap(({ standing }) =>
    standing.kind === 'stopped' ? [Math.max(1, standing.until - now)] : [],
  );
  return { kind: 'none', waitMs: Math.min(...waits) };
}

/** True where another provider of the channel could be given what this one has just refused. */
export const hasStandIn = (
  { providers, healths, now }: Pick<ChooseProvider, 'providers' | 'healths' | 'now'>,
  refusedBy: string,
): boolean => providers.some((key) => key !== refusedBy && isWell(healths.get(key) ?? unseenProvider, now));

interface Candidate {
  readonly key: string;
  readonly health: ProviderHealth;
}

/** A message that was refused once makes no trial of a second provider while a third is well: nobody's message pays for every trial. */
function orderOf({ providers, healths, last, refusedBy }: ChooseProvider): Candidate[] {
  const rank = ({ key, health }: Candidate): number => {
    if (key === refusedBy) return 3;
    if (refusedBy !== undefined && health.standing.kind === 'stopped') return 2;
    return key === last ? 0 : 1;
  };
  return providers
    .map((key) => ({ key, health: healths.get(key) ?? unseenProvider }))
    .toSorted((a, b) => rank(a) - rank(b));
}

interface Asked {
  readonly health: ProviderHealth;
  readonly kept: boolean;
  readonly now: number;
  readonly draw: number;
}

function takes({ health, kept, now, draw }: Asked, next: Candidate | undefined): boolean {
  const { standing, restsUntil } = health;
  if (now < restsUntil) return false;
  switch (standing.kind) {
    case 'stopped':
      return isTrialDue(standing, now);
    case 'returning':
      return kept || draw < standing.share;
    case 'slow':
      return kept || draw < MEASURING_SHARE;
    case 'healthy':
      return kept || draw >= comparingShare(health, next, now);
  }
}

/** Where it seems slow and of the next nothing is known, or nothing of late, a few messages find out whether that one is faster. */
function comparingShare(health: ProviderHealth, next: Candidate | undefined, now: number): number {
  const seemsSlow = (measuredMs(health, now) ?? 0) > SLOW_FLOOR_MS;
  if (!seemsSlow || next === undefined || !isWell(next.health, now)) return 0;
  if (measuredMs(next.health, now) === undefined) return COMPARING_SHARE;
  return isFreshlyMeasured(next.health, now) ? 0 : COMPARING_AGAIN_SHARE;
}

const isWell = ({ standing, restsUntil }: ProviderHealth, now: number): boolean =>
  now >= restsUntil && standing.kind !== 'stopped';

type Stopped = Extract<ProviderHealth['standing'], { kind: 'stopped' }>;
const isTrialDue = ({ until, trialAt }: Stopped, now: number): boolean =>
  now >= until && (trialAt === undefined || now - trialAt > TRIAL_LOST_MS);

/** Least for the one that is most likely to take something. */
function illness({ standing, restsUntil }: ProviderHealth, now: number): number {
  const rests = Math.max(0, restsUntil - now);
  const DAY = 86_400_000;
  if (standing.kind === 'stopped') return 2 * DAY + Math.max(0, standing.until - now) + rests;
  return rests > 0 ? DAY + rests : 0;
}
