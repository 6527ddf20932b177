import type { ProviderCall, ProviderHealth, ProviderStanding, StopCause } from './provider-health.state.js';

/** Calls that are looked at: so many, none older. By their number first, so that a provider of few messages is judged as well. */
const KEPT = 20;
const LOOK_BACK_MS = 600_000;
/** So many calls must have failed, and as many as have not, before a provider is stopped. */
export const ERRORS_TO_STOP = 5;
/** First stop for errors; each that follows a return is twice as long, up to the last. */
export const STOP_MS = 5_000;
export const LONGEST_STOP_MS = 60_000;
/** Between two tries of a provider that refused our key. */
export const AUTH_STOP_MS = 10_000;
/** A trial nobody has heard of for so long is taken for lost, its message may have gone to another gateway: the next one begins. */
export const TRIAL_LOST_MS = 15_000;
/** A return begins with this share; each step doubles it. */
export const FIRST_SHARE = 0.1;
/** A step takes so long at least, and so many good calls. */
export const STEP_MS = 2_000;
export const STEP_CALLS = 3;

/** What is known of a provider after a call to it. What began before its standing did changes nothing, a refused key apart. */
export function noteCall(health: ProviderHealth, call: ProviderCall): ProviderHealth {
  const { standing } = health;
  const { verdict, startedAt, endedAt } = call;
  if (verdict.kind === 'auth') {
    const stale = standing.kind === 'stopped' && standing.cause === 'auth' && startedAt < standing.since;
    return stale ? health : stopped(health, 'auth', endedAt);
  }
  if (startedAt < standing.since) return health;
  if (verdict.kind === 'throttled')
    return { ...untried(health), restsUntil: Math.max(health.restsUntil, endedAt + verdict.retryAfterMs) };
  const good = verdict.kind === 'good';
  switch (standing.kind) {
    case 'stopped':
      // Whatever else it said: our key it did not refuse.
      return good ? at(health, returning(endedAt, standing.times)) : stopped(health, 'errors', endedAt);
    case 'returning':
      return good ? stepped(health, standing, endedAt) : stopped(health, 'errors', endedAt);
    case 'healthy':
    case 'slow': {
      const since = endedAt - LOOK_BACK_MS;
      const kept = health.recent.filter((each) => each.at > since).slice(1 - KEPT);
      const seen = { ...health, recent: [...kept, { at: endedAt, good, ms: endedAt - startedAt }] };
      return isFailing(seen) ? stopped(seen, 'errors', endedAt) : seen;
    }
  }
}

/** The same, once a trial of it was begun. */
export const trialBegun = (health: ProviderHealth, now: number): ProviderHealth =>
  health.standing.kind === 'stopped' ? { ...health, standing: { ...health.standing, trialAt: now } } : health;

/** Comes back gradually, from whatever held it back. */
export const beginsReturn = (health: ProviderHealth, now: number): ProviderHealth => at(health, returning(now, 0));

/** Taken out of the first row, for being slow. */
export const isSlowNow = (health: ProviderHealth, now: number): ProviderHealth =>
  at(health, { kind: 'slow', since: now });

function isFailing({ recent }: ProviderHealth): boolean {
  const bad = recent.filter(({ good }) => !good).length;
  return bad >= ERRORS_TO_STOP && bad * 2 >= recent.length;
}

function stopped(health: ProviderHealth, cause: StopCause, now: number): ProviderHealth {
  const { standing } = health;
  const times = standing.kind === 'stopped' || standing.kind === 'returning' ? standing.times + 1 : 1;
  const ms = cause === 'auth' ? AUTH_STOP_MS : Math.min(LONGEST_STOP_MS, STOP_MS * 2 ** (times - 1));
  return at(health, { kind: 'stopped', since: now, cause, until: now + ms, times });
}

type Returning = Extract<ProviderStanding, { kind: 'returning' }>;

const returning = (now: number, times: number): Returning => ({
  kind: 'returning',
  since: now,
  share: FIRST_SHARE,
  good: 0,
  times,
});

function stepped(health: ProviderHealth, standing: Returning, now: number): ProviderHealth {
  const good = standing.good + 1;
  if (good < STEP_CALLS || now - standing.since < STEP_MS) return { ...health, standing: { ...standing, good } };
  const share = standing.share * 2;
  if (share >= 1) return at(health, { kind: 'healthy', since: now });
  return { ...health, standing: { ...standing, share, good: 0, since: now } };
}

/** Throttled, a trial says nothing: the next one may begin. */
function untried(health: ProviderHealth): ProviderHealth {
  if (health.standing.kind !== 'stopped') return health;
  const { trialAt: _over, ...standing } = health.standing;
  return { ...health, standing };
}

const at = (health: ProviderHealth, standing: ProviderStanding): ProviderHealth => ({
  ...health,
  standing,
  recent: [],
});
