import { mintUnsubscribeToken, type UnsubscribeRef } from './unsubscribe.token.js';

export interface UnsubscribeLinks {
  /** Public address of webhook ingestion, as mail providers reach it (`https://hooks.example.com`). */
  readonly baseUrl: string;
  /** Signs; the first of the keys in force. */
  readonly key: string;
  /** A mailbox whose mail comes back to us by an inbound webhook. Absent: no `mailto:` is offered. */
  readonly mailto?: string;
}

/**
 * What every email carries so that its reader can unsubscribe with one click in the mail program (RFC 8058, RFC 2369). Both
 * headers must be covered by the provider's DKIM signature, which is so at every provider here.
 */
export function unsubscribeHeaders({ baseUrl, key, mailto }: UnsubscribeLinks, ref: UnsubscribeRef) {
  const link = `<${baseUrl.replace(/\/+$/, '')}/u/${mintUnsubscribeToken(key, ref)}>`;
  return {
    'List-Unsubscribe': mailto === undefined ? link : `${link}, <mailto:${mailto}?subject=unsubscribe>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  } as const;
}

/** Keys in force as they are written in the environment: comma-separated, the first signs, all are honoured. */
export const unsubscribeKeysOf = (written: string): string[] =>
  written
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');

/** Least length of one key in characters. */
export const UNSUBSCRIBE_KEY_MIN = 32;
