import { loadTwilio, type SdkClient } from './twilio.sdk.js';
import type { ChannelProvider, OutboundMessage, SendOptions, SendResult } from '../channel.provider.js';
import { withDeadline } from '../call.deadline.js';
import { HttpCaller } from '../http.caller.js';
import { providerAddress } from '../provider-address.policy.js';
import { TwilioCallClient, type TwilioAccount } from './twilio.client.js';
import { toSms, toWhatsApp, type CheckedMessage, type ContentSids, type TwilioMessage } from './twilio.message.js';
import { judgeTwilio } from './twilio-outcome.policy.js';

export interface TwilioConfig {
  /** `AC` and 32 hex digits. */
  readonly accountSid: string;
  /** Default: the account's own auth token is given instead. */
  readonly apiKeySid?: string;
  /** The account's auth token, or the secret of `apiKeySid`. */
  readonly secret: string;
  /** Default `https://api.twilio.com`. Another region is another address here: `TWILIO_REGION` and `TWILIO_EDGE` change nothing. */
  readonly baseUrl?: string;
  /** Where messages report to that name nothing themselves. Absolute, public; without it nothing is reported. */
  readonly callbackUrl?: string;
  /** Segments an SMS may take up. Default 10. */
  readonly maxSegments?: number;
  /** Of WhatsApp templates that are named as at Meta. Default: none. */
  readonly contentSids?: ContentSids;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

export const DEFAULT_MAX_SEGMENTS = 10;

/**
 * SMS through Twilio's official SDK.
 *
 * @throws TypeError, to whoever configures: no account, no secret, or an address `providerAddress` refuses.
 */
export const createTwilioSms = (config: TwilioConfig): ChannelProvider =>
  createTwilio(config, { key: 'twilio', channel: 'sms' }, (message) =>
    toSms(message, config.maxSegments ?? DEFAULT_MAX_SEGMENTS, config.callbackUrl),
  );

/** WhatsApp through Twilio; `template.name` is a content sid (`HX...`) or a name that `contentSids` knows. Throws as `createTwilioSms`. */
export const createTwilioWhatsApp = (config: TwilioConfig): ChannelProvider =>
  createTwilio(config, { key: 'twilio_whatsapp', channel: 'whatsapp' }, (message) =>
    toWhatsApp(message, config.contentSids ?? new Map(), config.callbackUrl),
  );

function createTwilio(
  config: TwilioConfig,
  named: Pick<ChannelProvider, 'key' | 'channel'>,
  check: (message: OutboundMessage) => CheckedMessage,
): ChannelProvider {
  if (!/^AC[0-9a-f]{32}$/.test(config.accountSid)) throw new TypeError('Twilio needs an account sid (AC...)');
  if (!config.secret.trim()) throw new TypeError('Twilio needs an auth token or the secret of an API key');
  const account: TwilioAccount = {
    accountSid: config.accountSid,
    username: config.apiKeySid ?? config.accountSid,
    password: config.secret,
    baseUrl: providerAddress(config.baseUrl ?? 'https://api.twilio.com'),
    caller: new HttpCaller(config.maxSockets),
  };
  const now = config.now ?? Date.now;
  return {
    ...named,
    // Messages can be listed by number and time only, and two to one person are then one and the same: no look-up.
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      const checked = check(message);
      if (checked.kind === 'refused') return checked.result;
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      return call({ account, fields: checked.fields, message, options, now });
    },
    close: () => account.caller.close(),
  };
}

interface Call {
  readonly account: TwilioAccount;
  readonly fields: TwilioMessage;
  readonly message: OutboundMessage;
  readonly options: SendOptions;
  readonly now: () => number;
}

function call({ account, fields, message, options, now }: Call): Promise<SendResult> {
  return withDeadline(options, async (signal) => {
    const { Twilio } = await loadTwilio();
    const client = new TwilioCallClient(account, signal);
    const { accountSid, username, password } = account;
    const sdk = new Twilio(username, password, { accountSid, httpClient: client as unknown as SdkClient });
    try {
      await sdk.messages.create({ ...fields });
    } catch {
      // Judged below by what came over the wire: the SDK's errors bear no headers, and differ by the form of the body.
    }
    if (!client.end) return { kind: 'rejected', class: 'permanent', code: 'refused_by_sdk' };
    return judgeTwilio(client.end, message, now());
  });
}
