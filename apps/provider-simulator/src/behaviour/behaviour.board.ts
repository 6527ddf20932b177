import { BEST_DAY, type Behaviour } from './behaviour.js';
import { fateOf, judgeCall, type Fate, type Verdict } from './verdict.policy.js';

/** The behaviour in force for each provider, and the counters its verdicts need. Lives in memory: a restart is a best day. */
export class BehaviourBoard {
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #calls = new Map<string, number>();
  readonly #fates = new Map<string, Map<Fate, number>>();
  readonly #spans = new Map<string, { span: number; calls: number }>();
  readonly #listeners: (() => void)[] = [];

  constructor(
    readonly seed: string,
    private readonly now: () => number,
  ) {}

  of(provider: string): Behaviour {
    return this.#behaviours.get(provider) ?? BEST_DAY;
  }

  set(behaviours: Readonly<Record<string, Behaviour>>): void {
    for (const [provider, behaviour] of Object.entries(behaviours)) this.#behaviours.set(provider, behaviour);
    for (const listener of this.#listeners) listener();
  }

  reset(): void {
    this.#behaviours.clear();
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The fate of one call. A repeated key is a new call: a throttled message may pass the next time. */
  judge(provider: string, key: string): { latencyMs: number; verdict: Verdict } {
    const judged = this.#judge(provider, key);
    const fates = this.#fates.get(provider) ?? new Map<Fate, number>();
    const fate = fateOf(judged);
    this.#fates.set(provider, fates.set(fate, (fates.get(fate) ?? 0) + 1));
    return judged;
  }

  /** How many calls met each fate so far: what was ordered is not yet what happened. */
  fates(provider: string): Partial<Record<Fate, number>> {
    return Object.fromEntries(this.#fates.get(provider) ?? []);
  }

  #judge(provider: string, key: string): { latencyMs: number; verdict: Verdict } {
    const behaviour = this.of(provider);
    const whole = `${provider}|${key}`;
    const nth = (this.#calls.get(whole) ?? 0) + 1;
    this.#calls.set(whole, nth);
    if (this.#overLimit(provider, behaviour.throttle.perSecond)) return { latencyMs: 0, verdict: { kind: 'throttle' } };
    return judgeCall(behaviour, this.seed, `${whole}|${nth}`);
  }

  /** Counts a call; true when it is one too many in its minute. 0: no limit. */
  overMinute(what: string, perMinute: number): boolean {
    return this.#over(what, perMinute, 60_000);
  }

  #overLimit(provider: string, perSecond: number): boolean {
    return this.#over(provider, perSecond, 1_000);
  }

  #over(what: string, most: number, spanMs: number): boolean {
    if (most === 0) return false;
    const span = Math.floor(this.now() / spanMs);
    const seen = this.#spans.get(what);
    const calls = seen?.span === span ? seen.calls + 1 : 1;
    this.#spans.set(what, { span, calls });
    return calls > most;
  }
}
