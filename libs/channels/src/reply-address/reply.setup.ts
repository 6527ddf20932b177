import type { SettingsReader } from '../provider.setup.js';

const SHORTEST = 32;
const DOMAIN = /^([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)?$/;

/** Where replies are asked for. */
export interface ReplyAddresses {
  /** Whose mail comes back by an inbound webhook. */
  readonly domain: string;
  /** Signs; the first of the keys in force. */
  readonly key: string;
}

/**
 * Keys in force as `REPLY_KEYS` writes them: at least 32 characters each, comma-separated. The first signs new addresses, all are believed; one
 * that is taken away orphans the answers to every mail it signed.
 */
export function replyKeysOf(written: string, settings: Pick<SettingsReader, 'fault'>): readonly string[] {
  const keys = written.split(',').flatMap((key) => key.trim() || []);
  if (!keys.every((key) => key.length >= SHORTEST))
    settings.fault('REPLY_KEYS', `must be keys of at least ${SHORTEST} characters, comma-separated`);
  return keys;
}

/** `REPLY_DOMAIN` and `REPLY_KEYS`; undefined where no domain is given: then emails name the sender's own mailbox. */
export function readReplyAddresses(
  settings: Pick<SettingsReader, 'optionalSecret' | 'string' | 'fault'>,
): ReplyAddresses | undefined {
  const [key] = replyKeysOf(settings.optionalSecret('REPLY_KEYS')?.reveal() ?? '', settings);
  const domain = settings.string('REPLY_DOMAIN', { default: '', pattern: DOMAIN });
  if (domain === '') return undefined;
  if (key === undefined) settings.fault('REPLY_KEYS', 'is required where REPLY_DOMAIN is given');
  return { domain, key: key ?? '' };
}
