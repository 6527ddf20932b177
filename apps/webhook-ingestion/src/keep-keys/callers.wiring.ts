import { WEBHOOK_SETUPS, type WebhookParser } from '@homing/channels';
import { BUS_STREAMS, WEBHOOK_KEYS } from '@homing/contracts';
import { type Bus, StreamTail } from '@homing/messaging';
import type { Env, Logger, Secret } from '@homing/service-kit';
import { createWebhookKeyOpener } from '@homing/vault/webhook-keys';
import type { AccountBook, Caller } from '../receive-webhook/caller.search.js';
import { KeyBook } from './key.book.js';

export interface OwnCallers {
  readonly callers: ReadonlyMap<string, Caller>;
  readonly parsers: ReadonlyMap<string, WebhookParser>;
}

/** Who may call with the environment's own keys, and every parser there is for accounts of others. */
export function readCallers(env: Env, withAccounts: boolean): OwnCallers {
  const callers = new Map<string, Caller>();
  const parsers = new Map<string, WebhookParser>();
  for (const setup of WEBHOOK_SETUPS) {
    const caller = setup.read(env);
    if (caller) callers.set(setup.provider, caller);
    const parser = caller?.parser ?? (withAccounts ? setup.parser?.(env) : undefined);
    if (parser) parsers.set(setup.provider, parser);
  }
  if (callers.size === 0 && !withAccounts)
    env.fault('SENDGRID_WEBHOOK_PUBLIC_KEY', 'or another provider’s key is required: nobody could call');
  return { callers, parsers };
}

export interface AccountParts {
  readonly bus: Bus;
  readonly parsers: ReadonlyMap<string, WebhookParser>;
  readonly openKey: Secret;
  readonly logger: Logger;
}

/** Milliseconds between two looks for what was not heard: a key is gone within a second. */
const LOOK_EVERY_MS = 900;

/**
 * Follows the accounts' keys: what the stream holds, and nothing else. What is said on the bus only makes it look at once: the stream
 * may have refused it as old. What was missed stays so for less than a second. No database, no consumer.
 */
export function followAccounts({ bus, parsers, openKey, logger }: AccountParts): AccountBook {
  const open = createWebhookKeyOpener({ openKey: openKey.reveal() });
  const hear = (bytes: Uint8Array) => book.hear(bytes);
  const tail = new StreamTail(bus, {
    stream: BUS_STREAMS.webhookKeys,
    subject: WEBHOOK_KEYS,
    hear,
    everyMs: LOOK_EVERY_MS,
  });
  const book: KeyBook = new KeyBook({ parsers, open, complete: () => tail.complete, logger });
  bus.listen(WEBHOOK_KEYS, () => tail.look());
  bus.closed.addEventListener('abort', () => tail.stop());
  tail.start();
  return book;
}
