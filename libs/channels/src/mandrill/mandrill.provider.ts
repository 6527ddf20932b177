import { withDeadline } from '../call.deadline.js';
import type { ChannelProvider } from '../channel.provider.js';
import { HttpCaller } from '../http.caller.js';
import { providerAddress } from '../provider-address.policy.js';
import { toMail } from './mandrill.mail.js';
import { judgeMandrill } from './mandrill.outcome.policy.js';

export interface MandrillConfig {
  readonly apiKey: string;
  /** Default `https://mandrillapp.com`. */
  readonly baseUrl?: string;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/**
 * Email through Mailchimp Transactional (Mandrill). Its SDK is not used: it is a thin wrapper over one POST, without types, abort or a
 * word on whether a byte has left.
 *
 * @throws TypeError, to whoever configures: no key, or an address `providerAddress` refuses.
 */
export function createMandrillProvider(config: MandrillConfig): ChannelProvider {
  if (!config.apiKey.trim()) throw new TypeError('Mandrill needs an API key');
  const url = `${providerAddress(config.baseUrl ?? 'https://mandrillapp.com')}/api/1.0/messages/send.json`;
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const caller = new HttpCaller(config.maxSockets);
  const now = config.now ?? Date.now;
  return {
    key: 'mandrill',
    channel: 'email',
    // Its search finds metadata only where each account has put it into its index: an empty list would say nothing.
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      const checked = toMail(message);
      if (checked.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: checked.code };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      // The key stands in the body. Not `async`: then the answer already says whom it rejected.
      const body = JSON.stringify({ key: config.apiKey, message: checked.message, async: false });
      const end = await withDeadline(options, (signal) => caller.call({ method: 'POST', url, headers, body, signal }));
      return judgeMandrill(end, now());
    },
    close: () => caller.close(),
  };
}
