import type { WebhookParser } from '@homing/channels';
import { readWebhookKeys, type WebhookKeysMessage, type WebhookKeyUse } from '@homing/contracts';
import type { Logger } from '@homing/service-kit';
import type { OpenWebhookKey } from '@homing/vault/webhook-keys';
import type { AccountBook, CalledPlace, FoundCaller } from '../receive-webhook/caller.search.js';

interface OpenedKey {
  readonly key: string;
  readonly use: WebhookKeyUse | 'signature';
  /** Milliseconds since the epoch. */
  readonly until: number;
}

interface Account extends Required<CalledPlace> {
  readonly tenantId: string;
  readonly version: number;
  readonly keys: readonly OpenedKey[];
}

export interface KeyBookParts {
  readonly parsers: ReadonlyMap<string, WebhookParser>;
  readonly open: OpenWebhookKey;
  /** Whether everything that is in force was heard; until then nobody is let in and nobody turned away. */
  readonly complete: () => boolean;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

/**
 * The keys of the accounts, in memory only: never on a disk, never in a log. What was heard last stays in force while the bus is
 * away; after a start nobody is refused, and nobody let in, before everything was heard.
 */
export class KeyBook implements AccountBook {
  readonly #accounts = new Map<string, Account>();
  /** The highest version whose opening has begun. */
  readonly #heard = new Map<string, number>();
  #opening: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: KeyBookParts) {}

  /** Takes what the bus says. An older version than is known, and what is no such message, changes nothing. */
  hear(bytes: Uint8Array): void {
    const message = read(bytes);
    if (!message) return this.parts.logger.warn('a message about webhook keys cannot be read');
    const place = placeOf(message);
    if ((this.#heard.get(place) ?? 0) >= message.version) return;
    this.#heard.set(place, message.version);
    this.#opening = this.#opening.then(() => this.#take(place, message));
  }

  /** Resolves when everything heard so far is in force. */
  async settled(): Promise<void> {
    await this.#opening;
  }

  find(place: Required<CalledPlace>, now: number): FoundCaller {
    const parser = this.parts.parsers.get(place.provider);
    if (!parser) return { kind: 'unknown-provider' };
    // Before everything was heard, what is known may be what was revoked.
    if (!this.parts.complete()) return { kind: 'unready' };
    const account = this.#accounts.get(placeOf(place));
    if (!account) return { kind: this.#heard.has(placeOf(place)) ? 'unready' : 'unknown-provider' };
    if (account.keys.length === 0) return { kind: 'unknown-provider' };
    const keys = inForce(account, now);
    const words = inForce(account, now, 'challenge');
    return { kind: 'caller', caller: { parser, keys, words, tenantId: account.tenantId } };
  }

  accounts(now: number) {
    return [...this.#accounts.values()].map((account) => {
      const { provider, account: name, tenantId } = account;
      return { provider, account: name, tenantId, keys: inForce(account, now).length };
    });
  }

  async #take(name: string, message: WebhookKeysMessage): Promise<void> {
    const { provider, account, tenantId, version } = message;
    const opened = await Promise.allSettled(
      message.keys.map(async ({ id, notAfter, sealed, use = 'signature' as const }) => ({
        use,
        key: await this.parts.open(sealed, { tenantId, provider, account, keyId: id }),
        until: notAfter === undefined ? Infinity : Date.parse(notAfter),
      })),
    );
    const keys = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const unreadable = opened.length - keys.length;
    if ((this.#accounts.get(name)?.version ?? 0) > version) return;
    this.#accounts.set(name, { provider, account, tenantId, version, keys });
    const said = { provider, account, version, keys: keys.length };
    if (unreadable > 0) this.parts.logger.warn({ ...said, unreadable }, 'webhook keys that cannot be opened');
    else this.parts.logger.info(said, 'webhook keys in force');
  }
}

const placeOf = ({ provider, account }: Required<CalledPlace>): string => `${provider}/${account}`;
const inForce = ({ keys }: Account, now: number, wanted: OpenedKey['use'] = 'signature'): string[] =>
  keys.filter(({ until, use }) => use === wanted && now < until).map(({ key }) => key);

function read(bytes: Uint8Array): WebhookKeysMessage | undefined {
  try {
    const event = JSON.parse(Buffer.from(bytes).toString('utf8')) as { data?: unknown } | null;
    return readWebhookKeys(event?.data);
  } catch {
    return undefined;
  }
}
