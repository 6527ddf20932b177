import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OutboundMessage } from '../channel.provider.js';
import type { WebhookRequest } from '../webhook.parser.js';
import type { GenericChannel } from './generic.message.js';

export interface GenericSample {
  readonly path: string;
  readonly fact: string;
  readonly body: Readonly<Record<string, unknown>>;
}
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../samples/generic/${name}.json`, import.meta.url), 'utf8'));
export const samples = (read('webhooks') as { readonly cases: readonly GenericSample[] }).cases;
export const vectors = read('signature-vectors') as {
  readonly cases: readonly {
    readonly name: string;
    readonly secret: string;
    readonly id: string;
    readonly timestamp: number;
    readonly payload: string;
    readonly signature: string;
    readonly expected: boolean;
  }[];
};

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

export const messageFor = (channel: GenericChannel): OutboundMessage => ({
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  campaignKey: 'spring',
  to: { address: channel === 'email' ? 'person@reader.test' : '+14155552346' },
  from: { address: channel === 'email' ? 'desk@sender.test' : '+14155552345' },
  ...(channel === 'email' ? { subject: 'A subject', html: '<p>Hello</p>' } : {}),
  text: 'Hello',
});

export interface Signing {
  readonly secret?: string;
  readonly id?: string;
  readonly seconds?: number;
}
export function signed(
  body: object | string,
  { secret = SECRET, id = 'msg_1', seconds = 1_790_000_000 }: Signing = {},
): WebhookRequest {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const key = Buffer.from(secret.slice(6), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.`).update(rawBody).digest('base64');
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
  return { headers, rawBody, keys: [secret], now: seconds * 1_000 + 500 };
}
