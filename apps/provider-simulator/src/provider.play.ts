import type { BehaviourBoard } from './behaviour/behaviour.board.js';
import type { Ledger, LedgerLine } from './ledger/ledger.js';
import type { ProviderRoutes } from './server/exchange.js';
import type { Post } from './webhooks/webhook.outbox.js';

export interface PlayParts {
  readonly board: BehaviourBoard;
  readonly ledger: Ledger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** By the name of its variable (`MAILGUN_API_KEY`); undefined where none was given: then any is accepted. */
  readonly secret: (name: string) => string | undefined;
  /** To be told of every line that this provider put into the ledger: its webhooks follow from it. */
  readonly accepted: (line: LedgerLine) => void;
  readonly report: (problem: string) => void;
}

export interface WebhookTarget {
  /** Base address; the play adds its path. */
  readonly url: string;
  readonly seed: string;
  readonly now: () => number;
  readonly secret: (name: string) => string | undefined;
}

/** One provider as the simulator plays it; a folder of its own, listed in `provider.plays.ts`. */
export interface ProviderPlay {
  /** As in the ledger and in `/_behaviour`: the key of the provider in `libs/channels`. */
  readonly provider: string;
  /** Its HTTP paths. */
  routes?(parts: PlayParts): ProviderRoutes;
  /** Whatever listens on a port of its own (SMTP). */
  listen?(parts: PlayParts): Promise<{ close(): Promise<void> }>;
  /** Tells its events; absent where it has no webhooks. A fate this provider has no word for is left out. */
  post?(target: WebhookTarget): Post;
}
