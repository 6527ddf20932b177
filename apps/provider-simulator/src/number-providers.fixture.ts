// Whoever hears the providers that write to numbers, behind a proxy: with the product's own parsers.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createGenericProvider,
  createGenericWebhook,
  createTextbeeProvider,
  createTextbeeWebhook,
  createTwilioSms,
  createTwilioWebhook,
  createTwilioWhatsApp,
  type ChannelProvider,
  type OutboundMessage,
  type ParsedFact,
  type ParsedInbound,
  type SendResult,
  type WebhookParser,
} from '@homing/channels';

export const secrets = {
  TWILIO_ACCOUNT_SID: `AC${'7'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: '0123456789abcdef0123456789abcdef',
  TEXTBEE_API_KEY: 'textbee-key',
  TEXTBEE_DEVICE_ID: 'device-1',
  TEXTBEE_WEBHOOK_SECRET: 'a-signing-secret-of-enough-length',
  GENERIC_EMAIL_API_KEY: 'generic-email-key',
  GENERIC_SMS_API_KEY: 'generic-sms-key',
  GENERIC_WHATSAPP_API_KEY: 'generic-whatsapp-key',
  GENERIC_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
} as const;

/** What providers are told; whoever listens stands behind it. */
export const PUBLIC_URL = 'https://hooks.sandbox.test';

const generic = (word: Parameters<typeof createGenericWebhook>[0]) => ({
  parser: createGenericWebhook(word),
  key: secrets.GENERIC_WEBHOOK_SECRET,
});
const CALLERS: Readonly<Record<string, { readonly parser: WebhookParser; readonly key: string }>> = {
  '/webhooks/twilio': { parser: createTwilioWebhook(), key: secrets.TWILIO_AUTH_TOKEN },
  '/webhooks/textbee': { parser: createTextbeeWebhook(), key: secrets.TEXTBEE_WEBHOOK_SECRET },
  '/webhooks/email-delivery': generic('email-delivery'),
  '/webhooks/sms-whatsapp-delivery': generic('sms-whatsapp-delivery'),
};

export class NumberListener {
  readonly facts: ParsedFact[] = [];
  readonly inbound: ParsedInbound[] = [];
  readonly refused: string[] = [];
  posts = 0;
  /** Answers this to the next posts, in order; 200 after that. */
  readonly statuses: number[] = [];
  readonly #waiting: (() => void)[] = [];

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<NumberListener> {
    const server = http.createServer();
    const listener = new NumberListener(server);
    server.on('request', (request, response) => void listener.#take(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const rawBody = Buffer.concat(chunks);
    const path = request.url ?? '';
    const caller = CALLERS[path.split('?')[0] ?? ''];
    this.posts++;
    const status = this.statuses.shift() ?? 200;
    const head = { headers: request.headers, url: PUBLIC_URL + path };
    const verdict = caller?.parser.verify({ ...head, rawBody, keys: [caller.key], now: Date.now() });
    if (verdict?.kind !== 'valid') this.refused.push(`${path} ${verdict?.reason ?? 'nobody'}`);
    else if (status === 200) {
      const { facts = [], inbound = [] } = caller?.parser.parse(rawBody, head) ?? {};
      this.facts.push(...facts);
      this.inbound.push(...inbound);
    }
    response.writeHead(verdict?.kind === 'valid' ? status : 403).end();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const twilio = (baseUrl: string) => ({
  accountSid: secrets.TWILIO_ACCOUNT_SID,
  secret: secrets.TWILIO_AUTH_TOKEN,
  baseUrl,
  callbackUrl: `${PUBLIC_URL}/webhooks/twilio`,
});
const genericAt = (channel: 'email' | 'sms' | 'whatsapp', baseUrl: string, apiKey: string) =>
  createGenericProvider({ channel, baseUrl, apiKey, publicUrl: PUBLIC_URL, idempotentSeconds: 3_600 });

export const providersAt = (url: string): Readonly<Record<string, ChannelProvider>> => ({
  twilio: createTwilioSms(twilio(url)),
  twilio_whatsapp: createTwilioWhatsApp(twilio(url)),
  textbee: createTextbeeProvider({
    apiKey: secrets.TEXTBEE_API_KEY,
    deviceId: secrets.TEXTBEE_DEVICE_ID,
    baseUrl: url,
  }),
  generic_email: genericAt('email', url, secrets.GENERIC_EMAIL_API_KEY),
  generic_sms: genericAt('sms', url, secrets.GENERIC_SMS_API_KEY),
  generic_whatsapp: genericAt('whatsapp', url, secrets.GENERIC_WHATSAPP_API_KEY),
});

export function sendTo(
  provider: ChannelProvider,
  to: string,
  changes: Partial<OutboundMessage> = {},
): Promise<SendResult> {
  const email = provider.channel === 'email';
  const message: OutboundMessage = {
    deliveryId: `d${to.replaceAll(/\W/g, '')}.1`,
    attempt: 1,
    tenantId: 't1',
    to: { address: to },
    from: { address: email ? 'desk@sandbox.test' : '+15005550006' },
    text: 'Hello',
    ...(email ? { subject: 'A subject' } : {}),
    ...changes,
  };
  return provider.send(message, { signal: new AbortController().signal, timeoutMs: 30_000 });
}
