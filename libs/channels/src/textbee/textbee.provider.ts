import type { ChannelProvider } from '../channel.provider.js';
import { withDeadline } from '../call.deadline.js';
import { HttpCaller } from '../http.caller.js';
import { refuseText } from '../phone-message.policy.js';
import { providerAddress } from '../provider-address.policy.js';
import { judgeTextbee } from './textbee-outcome.policy.js';

export interface TextbeeConfig {
  readonly apiKey: string;
  /** The phone that sends. */
  readonly deviceId: string;
  /** Default `https://api.textbee.dev`; it can be hosted by oneself. */
  readonly baseUrl?: string;
  /** Which of the phone's cards sends. Default: the phone's own choice. */
  readonly simSubscriptionId?: number;
  /** Segments a text may take up. Default 10. */
  readonly maxSegments?: number;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/**
 * SMS through a phone of one's own (TextBee). One recipient a call: TextBee answers with the id of a batch and repeats only that in
 * its webhooks, so a batch is a message. It takes nothing of ours along and can be asked by its own ids only: neither look-up nor
 * key.
 *
 * @throws TypeError, to whoever configures: no key, no device, or an address `providerAddress` refuses.
 */
export function createTextbeeProvider(config: TextbeeConfig): ChannelProvider {
  if (!config.apiKey.trim()) throw new TypeError('TextBee needs an API key');
  if (!/^[\w-]{1,64}$/.test(config.deviceId)) throw new TypeError('TextBee needs the id of a device');
  const baseUrl = providerAddress(config.baseUrl ?? 'https://api.textbee.dev');
  const url = `${baseUrl}/api/v1/gateway/devices/${config.deviceId}/send-sms`;
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': config.apiKey };
  const sim = config.simSubscriptionId === undefined ? {} : { simSubscriptionId: config.simSubscriptionId };
  const limits = { maxSegments: config.maxSegments ?? 10, maxUnits: 2_000 };
  const caller = new HttpCaller(config.maxSockets);
  const now = config.now ?? Date.now;
  return {
    key: 'textbee',
    channel: 'sms',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      const refused = refuseText(message, limits);
      if (refused) return refused;
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      const body = JSON.stringify({ recipients: [message.to.address], message: message.text, ...sim });
      const end = await withDeadline(options, (signal) => caller.call({ method: 'POST', url, headers, body, signal }));
      return judgeTextbee(end, message, now());
    },
    close: () => caller.close(),
  };
}
