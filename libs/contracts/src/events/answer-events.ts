import type { Channel } from '../channel.js';
import type { AnsweredWord } from '../settings/word-answers.js';

/** One word of somebody is answered: no other of the same opt-out, or of the same return, will be. */
export interface WordAnswered {
  readonly tenantId: string;
  /** Keyed hash of the address within the tenant. */
  readonly fingerprint: string;
  /** The channel on which the word came, and its answer goes. */
  readonly channel: Channel;
  readonly word: Exclude<AnsweredWord, 'help'>;
  /** When the word was written. */
  readonly at: string;
  /** The message that was the word. */
  readonly causationId: string;
}
