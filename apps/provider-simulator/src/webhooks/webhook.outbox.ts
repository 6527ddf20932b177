import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BehaviourBoard } from '../behaviour/behaviour.board.js';
import { within, type Behaviour } from '../behaviour/behaviour.js';
import { chance } from '../behaviour/chance.policy.js';
import type { LedgerLine } from '../ledger/ledger.js';
import { LineLog } from '../ledger/line.log.js';
import { fateOf, personaOf, type Step } from '../personas/persona.policy.js';
import { DueQueue } from './due.queue.js';

/** One event of one message, still to be told. */
export interface PendingEvent {
  readonly line: LedgerLine;
  readonly step: Step;
  /** Position among the message's events, from 0. */
  readonly index: number;
}

/** Posts events in a provider's form; resolves with the status, or undefined when nobody answered. */
export type Post = (events: readonly PendingEvent[], unsigned: boolean) => () => Promise<number | undefined>;

export interface OutboxOptions {
  readonly home: string;
  readonly provider: string;
  readonly board: BehaviourBoard;
  readonly post: Post;
  /** Waits between tries in milliseconds; the last one repeats. */
  readonly retryMs: readonly number[];
  /** Older events are given up. */
  readonly maxAgeMs: number;
  readonly now: () => number;
  readonly report: (problem: string) => void;
}

const MOST_POSTS_AT_ONCE = 4;

/**
 * Tells what became of each message, until someone answers 2xx. Durable without storing an event: what a message's events are
 * follows from its ledger line, and a second log names the messages that have been told in full. After a restart whoever is
 * not named there is told again from the start, under the same event ids.
 */
export class WebhookOutbox {
  readonly #queue = new DueQueue<PendingEvent & { readonly repeat: boolean }>();
  /** Per message: events not yet told. */
  readonly #left = new Map<number, number>();
  readonly #stop = new AbortController();
  #told: LineLog<{ n: number }> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #posting = 0;
  readonly #posts = new Set<Promise<void>>();

  constructor(private readonly options: OutboxOptions) {
    options.board.onChange(() => this.#pump());
  }

  /** Reads which messages were told in full; call before `add`. */
  async open(): Promise<ReadonlySet<number>> {
    const { home, provider } = this.options;
    const told = new Set<number>();
    const path = join(home, 'simulator', `told-${provider}.jsonl`);
    this.#told = await LineLog.open<{ n: number }>(path, { sync: false, visit: ({ n }) => void told.add(n) });
    return told;
  }

  /** Plans a message's events. Forgotten again when the process dies: then `open` and the ledger bring them back. */
  add(line: LedgerLine): void {
    if (line.provider !== this.options.provider) return;
    const steps = fateOf(personaOf(line.to));
    const accepted = Date.parse(line.at);
    if (steps.length === 0 || this.options.now() - accepted > this.options.maxAgeMs) return;
    const { webhook } = this.options.board.of(line.provider);
    const roll = (index: number, purpose: string) => chance(this.options.board.seed, line.n, index, purpose);
    this.#left.set(line.n, steps.length);
    steps.forEach((step, index) => {
      const due = accepted + step.afterMs + this.#delay(webhook, (purpose) => roll(index, purpose));
      if (roll(index, 'event-drop') < webhook.dropRate) return this.#done(line.n);
      for (let copy = 0; copy <= webhook.duplicates; copy++) {
        this.#queue.add(due + copy * 20, { line, step, index, repeat: copy > 0 });
      }
    });
    this.#pump();
  }

  /** Lets posts under way end, for two seconds at most, and forgets the rest until the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.race([Promise.allSettled(this.#posts), delay(2_000, undefined, { ref: false })]);
    await this.#told?.close();
  }

  #delay(webhook: Behaviour['webhook'], roll: (purpose: string) => number): number {
    const shuffled = webhook.reorder ? roll('reorder') * 1_500 : 0;
    return within(webhook.delayMs, roll('delay')) + shuffled;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    const { board, provider, now } = this.options;
    const { webhook } = board.of(provider);
    if (this.#stop.signal.aborted || webhook.paused) return;
    const postAt = (): number | undefined => this.#queue.next && this.#queue.next + webhook.gatherMs;
    while (this.#posting < MOST_POSTS_AT_ONCE && (postAt() ?? Infinity) <= now()) {
      const batch = this.#queue.take(now(), webhook.batchSize);
      if (webhook.reorder) batch.reverse();
      this.#begin(batch, webhook.unsigned);
    }
    const next = postAt();
    if (next === undefined || this.#posting >= MOST_POSTS_AT_ONCE) return;
    this.#timer = setTimeout(() => this.#pump(), Math.min(Math.max(next - now(), 5), 60_000));
  }

  #begin(batch: readonly (PendingEvent & { readonly repeat: boolean })[], unsigned: boolean): void {
    const work = this.#deliver(batch, this.options.post(batch, unsigned))
      .catch((error: unknown) => this.options.report((error as Error).name))
      .finally(() => this.#posts.delete(work));
    this.#posts.add(work);
  }

  /** The same bytes again and again until 2xx; waiting takes up no place among the posts at once. */
  async #deliver(
    batch: readonly (PendingEvent & { readonly repeat: boolean })[],
    post: ReturnType<Post>,
  ): Promise<void> {
    const { retryMs, maxAgeMs, now, report } = this.options;
    const giveUp = now() + maxAgeMs;
    for (let tries = 0; now() < giveUp; tries++) {
      this.#posting++;
      const status = await post().finally(() => this.#posting--);
      this.#pump();
      if (status !== undefined && status >= 200 && status < 300) break;
      if (this.#stop.signal.aborted) return;
      if (tries === 0) report(`webhook not taken: ${status ?? 'no answer'}`);
      const wait = retryMs[Math.min(tries, retryMs.length - 1)] ?? 1_000;
      await delay(wait, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
    }
    for (const { line, repeat } of batch) if (!repeat) this.#done(line.n);
  }

  #done(n: number): void {
    const left = (this.#left.get(n) ?? 1) - 1;
    if (left > 0) return void this.#left.set(n, left);
    this.#left.delete(n);
    void this.#told?.append({ n }).catch(() => this.options.report('told log failed'));
  }
}
