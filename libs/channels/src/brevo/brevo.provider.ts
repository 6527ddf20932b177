import type { ChannelProvider } from '../channel.provider.js';
import { withDeadline } from '../call.deadline.js';
import { HttpCaller } from '../http.caller.js';
import { providerAddress } from '../provider-address.policy.js';
import { toMail } from './brevo.mail.js';
import { judgeSend } from './brevo.outcome.policy.js';
import { postEmail, type BrevoAccount } from './brevo.sdk.js';

export interface BrevoConfig {
  readonly apiKey: string;
  /** Without `/v3`. Default `https://api.brevo.com`. */
  readonly baseUrl?: string;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/** Brevo's reference says 30 min, its announcement of the key 15: the shorter, and a minute for clocks and queues. */
const KEY_VALID_SECONDS = 14 * 60;

/**
 * Email through Brevo's official SDK, over a transport of ours (`brevo.sdk.ts`). One message a call: in Brevo's batches
 * (`messageVersions`) all messages share one `X-Mailin-custom` and one key, so their webhooks would name none of them and an attempt of
 * unknown outcome could not be sent again by itself. It is not asked what became of an attempt either: its event report finds messages
 * by address or by its own id, never by ours.
 *
 * @throws TypeError, to whoever configures: no key, or an address `providerAddress` refuses.
 */
export function createBrevoProvider(config: BrevoConfig): ChannelProvider {
  if (!config.apiKey.trim()) throw new TypeError('Brevo needs an API key');
  const account: BrevoAccount = {
    apiKey: config.apiKey,
    baseUrl: providerAddress(config.baseUrl ?? 'https://api.brevo.com'),
    caller: new HttpCaller(config.maxSockets),
  };
  const now = config.now ?? Date.now;
  return {
    key: 'brevo',
    channel: 'email',
    capabilities: {
      idempotencyKey: { validSeconds: KEY_VALID_SECONDS },
      lookUp: false,
      batch: false,
      webhooks: true,
    },
    send: async (message, options) => {
      const checked = toMail(message);
      if (checked.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: checked.code };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const end = await withDeadline(options, (signal) => postEmail(account, checked.mail, signal));
      return judgeSend(end, message, now());
    },
    close: () => account.caller.close(),
  };
}
