import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OutboundMessage } from '../channel.provider.js';
import type { WebhookRequest } from '../webhook.parser.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../samples/textbee/${name}.json`, import.meta.url), 'utf8'));
export const sample = (name: string) =>
  read(name) as { readonly canonical: string; readonly body: Readonly<Record<string, unknown>> };
export const sendSample = read('send') as {
  readonly response: { readonly status: number; readonly body: { readonly data: { readonly smsBatchId: string } } };
  readonly errors: readonly { readonly status: number; readonly body: Readonly<Record<string, unknown>> }[];
};
export const vectors = read('signature-vectors') as {
  readonly cases: readonly {
    readonly name: string;
    readonly secret: string;
    readonly body: string;
    readonly signature: string;
    readonly expected: boolean;
  }[];
};

export const SECRET = 'a-signing-secret-of-enough-length';
export const message: OutboundMessage = {
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  to: { address: '+251912345678' },
  from: { address: 'device-1' },
  text: 'Hello',
};

export const signed = (body: object, secret = SECRET): WebhookRequest => {
  const rawBody = Buffer.from(JSON.stringify(body));
  const signature = createHmac('sha256', secret).update(rawBody).digest('hex');
  return { headers: { 'X-Signature': signature }, rawBody, keys: [secret], now: 1_790_000_000_000 };
};
