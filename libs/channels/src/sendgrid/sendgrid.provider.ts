import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { withDeadline } from '../call.deadline.js';
import type { ChannelProvider, OutboundMessage, SendResult } from '../channel.provider.js';
import { HttpCallWatch } from '../http-call.watch.js';
import { providerAddress } from '../provider-address.policy.js';
import { findInActivity, lookUpLimits, type ActivityAccess } from './sendgrid.activity.js';
import { describeSdkError } from './sdk-error.reader.js';
import { judgeFailure } from './send-outcome.policy.js';
import type { SendgridAccount } from './sendgrid.client.js';
import { loadSendgrid } from './sendgrid.loader.js';
import { createSendMany } from './send-many.call.js';
import { toMail } from './sendgrid.mail.js';
import { MOST_IN_A_CALL } from './sendgrid.many.js';
import type { SdkMail } from './sendgrid.sdk.js';
import { takenAs } from './taken-as.policy.js';

export interface SendgridConfig {
  readonly apiKey: string;
  /** Default `https://api.sendgrid.com`; EU subusers `https://api.eu.sendgrid.com`. */
  readonly baseUrl?: string;
  /** Most connections at once. Default 50. */
  readonly maxSockets?: number;
  /**
   * Whether the account has the paid "additional email activity history", and the key the right to read it: then SendGrid can
   * be asked what became of an attempt. Default: it cannot.
   */
  readonly activity?: ActivityAccess;
  /** Most messages in one call, from 2 to 1,000. Default 1: every message has a call of its own. */
  readonly maxBatch?: number;
  /** Milliseconds since the epoch; reads throttling headers only. Default the system clock. */
  readonly now?: () => number;
}

/** Below the idle time of the other side, so that we close first: a reset on a reused connection is an unknown outcome. */
const IDLE_MS = 4_000;

/**
 * Email through SendGrid's official SDK.
 *
 * @throws TypeError, to whoever configures: no key, or an address `providerAddress` refuses.
 */
export function createSendgridProvider(config: SendgridConfig): ChannelProvider {
  if (!config.apiKey.trim()) throw new TypeError('SendGrid needs an API key');
  const agent = { keepAlive: true, maxSockets: config.maxSockets ?? 50, timeout: IDLE_MS, scheduling: 'lifo' as const };
  const account: SendgridAccount = {
    apiKey: config.apiKey,
    baseUrl: providerAddress(config.baseUrl ?? 'https://api.sendgrid.com'),
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
  };
  const now = config.now ?? Date.now;
  void loadSendgrid().catch(() => undefined);
  const activity = config.activity && lookUpLimits(config.activity);
  const batch = manyAllowed(config.maxBatch);
  return {
    key: 'sendgrid',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: activity ?? false, batch, webhooks: true },
    send: async (message, options) => {
      const checked = toMail(message);
      if (checked.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: checked.code };
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      return withDeadline(options, (signal) => call({ account, mail: checked.mail, message, signal, now }));
    },
    ...(batch ? { sendMany: createSendMany({ account, now, most: batch }) } : {}),
    ...(activity
      ? {
          lookUp: (attempt, options) =>
            withDeadline(options, (signal) => findInActivity({ account, signal, now }, attempt)),
        }
      : {}),
    close: () => {
      account.httpAgent.destroy();
      account.httpsAgent.destroy();
    },
  };
}

/** @throws TypeError, to whoever configures */
function manyAllowed(maxBatch = 1): number | false {
  if (!Number.isInteger(maxBatch) || maxBatch < 1 || maxBatch > MOST_IN_A_CALL)
    throw new TypeError(`SendGrid takes 1 to ${MOST_IN_A_CALL} messages in one call`);
  return maxBatch > 1 && maxBatch;
}

interface Call {
  readonly account: SendgridAccount;
  readonly mail: SdkMail;
  readonly message: OutboundMessage;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

async function call({ account, mail, message, signal, now }: Call): Promise<SendResult> {
  const { MailService, SendgridCallClient } = await loadSendgrid();
  const watch = new HttpCallWatch();
  const service = new MailService();
  service.setClient(new SendgridCallClient(account, signal, watch));
  try {
    const [answer] = await service.send(mail);
    return takenAs({ status: answer.statusCode, headers: answer.headers as Record<string, unknown> }, message);
  } catch (error) {
    return judgeFailure({ ...describeSdkError(error), mayHaveReached: watch.mayHaveReached, now: now() });
  }
}
