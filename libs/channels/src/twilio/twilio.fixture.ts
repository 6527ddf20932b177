import { readFileSync } from 'node:fs';
import type { OutboundMessage } from '../channel.provider.js';
import type { SeenCall } from '../loopback-provider.fixture.js';
import type { WebhookRequest } from '../webhook.parser.js';
import { getExpectedTwilioSignature } from './twilio.sdk.js';
import type { TwilioConfig } from './twilio.provider.js';

export interface TwilioSample {
  readonly canonical: string;
  readonly body: Readonly<Record<string, string>>;
}
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../samples/twilio/${name}.json`, import.meta.url), 'utf8'));
export const sample = (name: string): TwilioSample => read(name) as TwilioSample;
export const sendSample = read('send-response') as { readonly body: { readonly sid: string } };
export const vectors = read('signature-vectors') as {
  readonly auth_token: string;
  readonly cases: readonly {
    readonly name: string;
    readonly kind: 'form' | 'json';
    readonly url: string;
    readonly params?: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: string;
    readonly signature: string;
    readonly expected: boolean;
  }[];
};

export const ACCOUNT_SID = `AC${'a'.repeat(32)}`;
export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
export const PUBLIC_URL = 'https://hooks.sender.test/webhooks/twilio';
export const configAt = (baseUrl: string): TwilioConfig => ({ accountSid: ACCOUNT_SID, secret: AUTH_TOKEN, baseUrl });

export const message: OutboundMessage = {
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  campaignKey: 'spring',
  to: { address: '+14155552346' },
  from: { address: '+14155552345' },
  text: 'Hello',
  callbackUrl: PUBLIC_URL,
};

export const formOfCall = ({ body }: SeenCall): Record<string, string> => Object.fromEntries(new URLSearchParams(body));

/** The ids a call names, where it asks to be reported to. */
export function attemptOfCall(call: SeenCall) {
  const query = new URL(formOfCall(call)['StatusCallback'] ?? '').searchParams;
  return { deliveryId: query.get('d') ?? '', attempt: Number(query.get('a')), tenantId: query.get('t') ?? '' };
}

export const callbackUrl = `${PUBLIC_URL}?d=${message.deliveryId}&a=1&t=tenant-1`;

export function signed(
  fields: Readonly<Record<string, string>>,
  { url = callbackUrl, token = AUTH_TOKEN } = {},
): WebhookRequest & { readonly url: string } {
  return {
    url,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': getExpectedTwilioSignature(token, url, { ...fields }),
    },
    rawBody: Buffer.from(new URLSearchParams(fields).toString()),
    keys: [token],
    now: 1_790_000_000_000,
  };
}

/** What a form says, whichever way its characters are escaped. */
export const meaningOf = (rawBody: Uint8Array): string =>
  JSON.stringify([...new URLSearchParams(Buffer.from(rawBody).toString('latin1'))]);
