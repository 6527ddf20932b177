import { readFileSync } from 'node:fs';
import type { AttemptRef } from '../channel.provider.js';
import type { SeenCall } from '../loopback-provider.fixture.js';
import type { WebhookRequest } from '../webhook.parser.js';

export const sample = (name: string): { body: Record<string, unknown>; canonical: string } =>
  JSON.parse(readFileSync(new URL(`../../samples/brevo/${name}.json`, import.meta.url), 'utf8'));

export const TOKEN = 'a-webhook-token-of-ours-long-enough-01';
export const OTHER_TOKEN = 'a-webhook-token-of-another-long-enough';

export const authorized = (body: unknown, token = TOKEN): WebhookRequest => ({
  headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
  rawBody: Buffer.from(JSON.stringify(body)),
  keys: [TOKEN],
  now: 1_600_000_000_000,
});

export const headersOf = ({ body }: SeenCall): Record<string, string> =>
  (JSON.parse(body) as { headers: Record<string, string> }).headers;

export function attemptOf(call: SeenCall): AttemptRef | undefined {
  const custom = JSON.parse(headersOf(call)['X-Mailin-custom'] ?? '{}') as Record<string, string>;
  const { op_delivery_id: deliveryId, op_attempt: attempt, op_tenant_id: tenantId } = custom;
  if (deliveryId === undefined || attempt === undefined || tenantId === undefined) return undefined;
  return { deliveryId, attempt: Number(attempt), tenantId };
}
