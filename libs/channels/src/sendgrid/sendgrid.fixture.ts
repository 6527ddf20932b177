import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OutboundMessage } from '../channel.provider.js';
import type { WebhookRequest } from '../webhook.parser.js';

export const sample = (name: string): { body: Record<string, unknown>[]; canonical?: string } =>
  JSON.parse(readFileSync(new URL(`../../samples/sendgrid/${name}.json`, import.meta.url), 'utf8'));

/** The fields of a mail as Inbound Parse posts them. */
export const parseSample = (name: string): Readonly<Record<string, string>> =>
  sample(name).body as unknown as Readonly<Record<string, string>>;

export const message: OutboundMessage = {
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  campaignKey: 'spring',
  to: { address: 'person@reader.test', name: 'A Reader' },
  from: { address: 'desk@sender.test', name: 'The Desk' },
  replyTo: { address: 'answers@sender.test' },
  subject: 'A subject',
  html: '<p>Hello</p>',
  text: 'Hello',
};

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
};

export const signer = pair();
export const otherSigner = pair();

/** A body as SendGrid posts it: one event a line, CRLF after commas and at the end. */
export const wire = (events: readonly unknown[]): Buffer =>
  Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`);

export function signed(rawBody: Uint8Array, seconds: number, by = signer): WebhookRequest {
  const signature = sign('sha256', Buffer.concat([Buffer.from(String(seconds)), rawBody]), by.privateKey);
  return {
    headers: {
      'X-Twilio-Email-Event-Webhook-Signature': signature.toString('base64'),
      'X-Twilio-Email-Event-Webhook-Timestamp': String(seconds),
    },
    rawBody,
    keys: [by.publicKey],
    now: seconds * 1000 + 500,
  };
}

export const PARSE_HEADERS = { 'content-type': 'multipart/form-data; boundary=xYzZY' };

/** A form as Inbound Parse posts it, under the border it uses for everyone; bytes as they are. */
export function parseWire(fields: Readonly<Record<string, string | Buffer>>, files: readonly Buffer[] = []): Buffer {
  const part = (disposition: string, value: string | Buffer) =>
    Buffer.concat([
      Buffer.from(`--xYzZY\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]);
  return Buffer.concat([
    ...Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value)),
    ...files.map((file, index) => part(`name="attachment${index + 1}"; filename="a.bin"`, file)),
    Buffer.from('--xYzZY--\r\n'),
  ]);
}
