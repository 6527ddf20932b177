import { ApiError, type ApiClient } from '../api/api.client.js';
import type { Transition } from '../api/api.types.js';
import { SseParser } from './sse.parser.js';

/** `denied`: the key is no longer good; nothing is tried any more. */
export type Connection = 'connecting' | 'live' | 'disconnected' | 'denied';

export interface LiveListener {
  /** Events in order, each once. */
  readonly onEvents?: (events: readonly Transition[]) => void;
  /** The feed (re)starts at now without a place to resume from: what came before must be read anew. */
  readonly onFresh?: () => void;
}

const shortestWaitMs = 500;
const longestWaitMs = 15_000;
/** The server gives a sign of life every 15 s. */
const silenceMs = 45_000;

/** Follows the tenant's events for as long as the page is open; comes back by itself with the last id it has seen. */
export class LiveFeed {
  #connection: Connection = 'connecting';
  #lastEventId: string | undefined;
  readonly #listeners = new Set<LiveListener>();
  readonly #watchers = new Set<() => void>();
  readonly #end = new AbortController();
  #retry = (): void => {};

  constructor(private readonly client: Pick<ApiClient, 'events'>) {}

  readonly connection = (): Connection => this.#connection;

  /** Calls on every change of `connection`. Returns the way to stop. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tries now instead of when the wait is over. */
  readonly retryNow = (): void => this.#retry();

  stop(): void {
    this.#end.abort();
    this.#retry();
  }

  async run(): Promise<void> {
    for (let failures = 0; !this.#end.signal.aborted; failures += 1) {
      try {
        await this.#follow(() => (failures = 0));
      } catch (error) {
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return this.#is('denied');
      }
      if (this.#end.signal.aborted) return;
      this.#is('disconnected');
      await this.#wait(Math.min(longestWaitMs, shortestWaitMs * 2 ** failures) * (0.5 + Math.random() / 2));
    }
  }

  async #follow(connected: () => void): Promise<void> {
    const silence = new AbortController();
    const answer = await this.client.events(this.#lastEventId, AbortSignal.any([this.#end.signal, silence.signal]));
    connected();
    this.#is('live');
    if (this.#lastEventId === undefined) for (const { onFresh } of this.#listeners) onFresh?.();
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new SseParser();
    while (reader) {
      const timer = setTimeout(() => silence.abort(), silenceMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      this.#take(parser.feed(value));
    }
  }

  #take(messages: readonly { id: string; data: string }[]): void {
    if (messages.length === 0) return;
    const events = messages.map((message) => JSON.parse(message.data) as Transition);
    for (const { onEvents } of this.#listeners) onEvents?.(events);
    this.#lastEventId = messages.at(-1)?.id;
  }

  #is(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    for (const watcher of this.#watchers) watcher();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#retry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
