import type { ChannelProvider } from '../channel.provider.js';
import { withDeadline } from '../call.deadline.js';
import { HttpCaller } from '../http.caller.js';
import { providerAddress } from '../provider-address.policy.js';
import { findInEvents, lookUpLimits, type EventsAccess } from './mailgun.look-up.js';
import { toMail } from './mailgun.mail.js';
import { judgeSend } from './mailgun.outcome.policy.js';
import { postMessage, type MailgunAccount } from './mailgun.sdk.js';

export interface MailgunConfig {
  readonly apiKey: string;
  /** The sending domain, as Mailgun has verified it. */
  readonly domain: string;
  /** Default `https://api.mailgun.net`; EU domains `https://api.eu.mailgun.net`. */
  readonly baseUrl?: string;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /**
   * Whether Mailgun's events may be asked what became of an attempt. Then every attempt carries a tag of its own, of which an
   * account keeps only some thousands. Default: they may not.
   */
  readonly events?: EventsAccess;
  /** Milliseconds since the epoch; for throttling headers and the range asked for only. Default the system clock. */
  readonly now?: () => number;
}

const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/**
 * Email through Mailgun's official SDK, over a transport of ours (`mailgun.sdk.ts`). One message a call: Mailgun's batches carry
 * what differs between recipients as variables in one shared message under one id, and whether they are filled in everywhere we
 * would need it (our ids among them) is not documented.
 *
 * @throws TypeError, to whoever configures: no key, no domain, or an address `providerAddress` refuses.
 */
export function createMailgunProvider(config: MailgunConfig): ChannelProvider {
  if (!config.apiKey.trim()) throw new TypeError('Mailgun needs an API key');
  if (!DOMAIN.test(config.domain)) throw new TypeError('Mailgun needs a sending domain');
  const account: MailgunAccount = {
    apiKey: config.apiKey,
    domain: config.domain,
    baseUrl: providerAddress(config.baseUrl ?? 'https://api.mailgun.net'),
    caller: new HttpCaller(config.maxSockets),
  };
  const now = config.now ?? Date.now;
  const events = config.events && lookUpLimits(config.events);
  return {
    key: 'mailgun',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: events ?? false, batch: false, webhooks: true },
    send: async (message, options) => {
      const checked = toMail(message, { tagged: events !== undefined });
      if (checked.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: checked.code };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const end = await withDeadline(options, (signal) => postMessage(account, checked.fields, signal));
      return judgeSend(end, now());
    },
    ...(events
      ? {
          lookUp: (attempt, options) =>
            withDeadline(options, (signal) => findInEvents({ account, signal, now }, attempt)),
        }
      : {}),
    close: () => account.caller.close(),
  };
}
