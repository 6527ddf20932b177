import type { HeardPlace, WebhookCounts, WebhookHealthReport } from '@homing/contracts';
import type { CalledPlace, Callers } from '../receive-webhook/caller.search.js';
import type { Reception } from '../receive-webhook/webhook.receiver.js';
import { ForgedWindow } from './forged.window.js';

type Noted = { -readonly [K in keyof WebhookCounts]: WebhookCounts[K] } & {
  lastValidAt?: string;
  lastForgedAt?: string;
};

const none = (): Noted => ({ valid: 0, forged: 0, stale: 0, unreadable: 0, notStored: 0 });
const nameOf = ({ provider, account }: CalledPlace): string => `${provider}/${account ?? ''}`;

/** Places counted at once; those of more accounts than any installation has. */
export const MOST_PLACES = 20_000;

/** What came of the webhooks of each provider and account since this process began. Counts and instants, nothing that was said. */
export class HealthBook {
  readonly #places = new Map<string, Noted>();
  readonly #since: string;
  readonly #forged = new ForgedWindow();

  constructor(
    private readonly callers: Callers,
    private readonly now: () => number,
  ) {
    this.#since = new Date(now()).toISOString();
  }

  /** Strangers to every provider are not counted: their names are their own. */
  note(place: CalledPlace, reception: Reception): void {
    if (reception.kind === 'unknown-provider') return;
    if (reception.kind === 'forged') this.#forged.note(place.provider, this.now());
    const name = nameOf(place);
    // Before the accounts are known, strangers' names come here too.
    if (!this.#places.has(name) && this.#places.size >= MOST_PLACES) return;
    const noted = this.#places.get(name) ?? none();
    this.#places.set(name, noted);
    const at = new Date(this.now()).toISOString();
    if (reception.kind === 'not-stored') noted.notStored += 1;
    if (reception.kind === 'forged') {
      noted.forged += 1;
      noted.lastForgedAt = at;
      if (reception.reason === 'timestamp_out_of_tolerance') noted.stale += 1;
    }
    if (reception.kind === 'stored') {
      noted.valid += 1;
      noted.unreadable += reception.faults.length;
      noted.lastValidAt = at;
    }
  }

  /** Within the last ten minutes, of all accounts there. */
  forgedRecently(provider: string): number {
    return this.#forged.count(provider, this.now());
  }

  /** In force there, those of every account together. */
  keysOf(provider: string): number {
    const { callers, accounts } = this.callers;
    const theirs = (accounts?.accounts(this.now()) ?? []).filter((account) => account.provider === provider);
    return theirs.reduce((sum, account) => sum + account.keys, callers.get(provider)?.keys.length ?? 0);
  }

  /** Every place that may be called, heard or not. */
  report(): WebhookHealthReport {
    const now = this.now();
    const { callers, accounts } = this.callers;
    const own: Omit<HeardPlace, keyof WebhookCounts>[] = [...callers].map(([provider, { keys }]) => ({
      provider,
      keys: keys.length,
    }));
    const places = [...own, ...(accounts?.accounts(now) ?? [])].map((place) => ({
      ...place,
      ...(this.#places.get(nameOf(place)) ?? none()),
    }));
    return { since: this.#since, at: new Date(now).toISOString(), places };
  }
}
