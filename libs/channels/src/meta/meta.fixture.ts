import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OutboundMessage } from '../channel.provider.js';
import type { Answer, SeenCall } from '../loopback-provider.fixture.js';
import type { WebhookRequest } from '../webhook.parser.js';
import { attemptOfMark } from './attempt.mark.js';

export interface Sample {
  readonly body: Record<string, unknown>;
  readonly canonical: string;
}
export const samplePath = (provider: 'meta' | 'x', name: string): URL =>
  new URL(`../../samples/${provider}/${name}.json`, import.meta.url);
export const sample = (provider: 'meta' | 'x', name: string): Sample =>
  JSON.parse(readFileSync(samplePath(provider, name), 'utf8')) as Sample;

export const message: OutboundMessage = {
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 1,
  tenantId: 'tenant-1',
  to: { address: '16505551234' },
  from: { address: 'desk@sender.test' },
  text: 'Hello',
};

export const SECRET = 'app-secret-for-tests';
export const OTHER_SECRET = 'another-app-secret';

/** As Meta writes JSON: everything beyond ASCII escaped. */
export const escaped = (body: unknown): Buffer =>
  Buffer.from(
    JSON.stringify(body).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );

export function signedBy(
  rawBody: Uint8Array,
  header: { readonly name: string; readonly encoding: 'hex' | 'base64' },
  secret = SECRET,
): WebhookRequest {
  const signature = createHmac('sha256', secret).update(rawBody).digest(header.encoding);
  return { headers: { [header.name]: `sha256=${signature}` }, rawBody, keys: [secret], now: 1_790_000_000_000 };
}

const json = { 'content-type': 'application/json; charset=UTF-8' };

/** Meta's way of saying no, with a sentence that must go nowhere. */
export const graphError = (status: number, code: number, more: object = {}, headers: object = {}): Answer => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify({
    error: { message: `(#${code}) PROSE 16505551234`, type: 'OAuthException', code, fbtrace_id: 'PROSE', ...more },
  }),
});

export const answered = (body: object, status = 200, headers: object = {}): Answer => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
});

/** Our ids where WhatsApp and Messenger carry them. */
export const markedAttempt = (call: SeenCall) => {
  const body = JSON.parse(call.body) as { biz_opaque_callback_data?: string; message?: { metadata?: string } };
  return attemptOfMark(body.biz_opaque_callback_data ?? body.message?.metadata);
};

export const usage = (minutes: number) => ({
  'x-business-use-case-usage': JSON.stringify({
    '419561257915477': [{ type: 'whatsapp', call_count: 100, estimated_time_to_regain_access: minutes }],
  }),
});
