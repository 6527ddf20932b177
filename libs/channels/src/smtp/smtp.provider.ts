import { withDeadline } from '../call.deadline.js';
import type { ChannelProvider, OutboundMessage, SendResult } from '../channel.provider.js';
import { ContentWatch } from './content.watch.js';
import { toMail, type MailSettings } from './smtp.mail.js';
import { judgeSmtpFailure, type SmtpFailure } from './smtp.outcome.policy.js';

export interface SmtpConfig extends MailSettings {
  readonly host: string;
  /** Default 465 for `tls`, else 587. */
  readonly port?: number;
  /** `starttls`: required, not merely taken where offered. `none` is for servers on this machine. Default `starttls`. */
  readonly security?: 'tls' | 'starttls' | 'none';
  readonly user?: string;
  readonly password?: string;
  /** Most connections at once. Default 5. */
  readonly maxConnections?: number;
  /** Mails over one connection. Default 100. */
  readonly maxMessages?: number;
  /** Milliseconds for connecting, the greeting, and each silence of the server after it. Default 10,000, 10,000 and 30,000. */
  readonly timeouts?: { readonly connect?: number; readonly greeting?: number; readonly silence?: number };
  /** Milliseconds since the epoch, for what tracking tokens say of the time of sending. Default the system clock. */
  readonly now?: () => number;
}

/** Below the five minutes that servers wait (RFC 5321): so that we close first. */
const IDLE_MS = 60_000;

/**
 * Email over SMTP, through nodemailer's connection pool.
 *
 * @throws TypeError, to whoever configures: no host, no TLS to a server elsewhere, or, under NODE_ENV=test, a server elsewhere.
 */
export function createSmtpProvider(config: SmtpConfig): ChannelProvider {
  const security = config.security ?? 'starttls';
  checkHost(config.host, security);
  const watch = new ContentWatch();
  const options = {
    pool: true as const,
    host: config.host,
    port: config.port ?? (security === 'tls' ? 465 : 587),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(config.user === undefined ? {} : { auth: { user: config.user, pass: config.password ?? '' } }),
    maxConnections: config.maxConnections ?? 5,
    maxMessages: config.maxMessages ?? 100,
    // The pool would put a mail whose connection closed back into its queue, five times: it could be sent twice.
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    connectionTimeout: config.timeouts?.connect ?? 10_000,
    greetingTimeout: config.timeouts?.greeting ?? 10_000,
    socketTimeout: config.timeouts?.silence ?? 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const open = async () => {
    // Loaded by the first mail: a process that sends none through it is spared the memory.
    const { createTransport } = await import('nodemailer');
    const made = createTransport(options);
    made.use('stream', watch.plugin);
    return made;
  };
  let opened: ReturnType<typeof open> | undefined;
  const now = config.now ?? Date.now;
  const call = async (message: OutboundMessage, signal: AbortSignal): Promise<SendResult> => {
    const checked = toMail(message, config, now());
    if (checked.kind === 'refused') return { kind: 'rejected', class: 'permanent', code: checked.code };
    const transport = await (opened ??= open());
    try {
      // The sandbox shows that the server lets us in; it is given no recipient.
      if (message.sandbox) await transport.verify();
      else await transport.sendMail({ ...checked.mail, signal });
      return { kind: 'accepted', providerMessageId: checked.messageId };
    } catch (error) {
      return judgeSmtpFailure(error as SmtpFailure, watch.mayHaveReached(signal));
    }
  };
  return {
    key: 'smtp',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async (message, options) => {
      if (options.signal.aborted) return { kind: 'rejected', class: 'retryable', code: 'aborted_before_call' };
      return withDeadline(options, (signal) => call(message, signal));
    },
    close: () => void opened?.then((transport) => transport.close()),
  };
}

const HERE = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

function checkHost(host: string, security: string, nodeEnv = process.env['NODE_ENV']): void {
  if (!/^[A-Za-z0-9.:[\]-]{1,253}$/.test(host)) throw new TypeError('SMTP needs the name of a server');
  if (HERE.test(host)) return;
  if (nodeEnv === 'test') throw new TypeError('NODE_ENV=test: only servers on this machine');
  if (security === 'none') throw new TypeError('SMTP without TLS is only for a server on this machine');
}
