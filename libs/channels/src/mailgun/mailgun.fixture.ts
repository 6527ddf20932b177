import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AttemptRef } from '../channel.provider.js';
import { readForm } from '../form-body.reader.js';
import type { SeenCall } from '../loopback-provider.fixture.js';
import type { WebhookRequest } from '../webhook.parser.js';

export type MailgunBody = { signature: Record<string, unknown>; 'event-data': Record<string, unknown> };

export const sample = <T = MailgunBody>(name: string): { body: T; canonical: string } =>
  JSON.parse(readFileSync(new URL(`../../samples/mailgun/${name}.json`, import.meta.url), 'utf8'));

export const SIGNING_KEY = 'a-webhook-signing-key-of-ours';
export const OTHER_KEY = 'a-webhook-signing-key-of-another';
export const TOKEN = '651869375b9df3c98fc15c4889b102119add1235c38fc92824';

export const macOf = (seconds: number | string, token = TOKEN, key = SIGNING_KEY): string =>
  createHmac('sha256', key).update(`${seconds}${token}`).digest('hex');

/** An event as Mailgun posts it, signed at that instant. */
export function signed(event: object, seconds: number, token = TOKEN): WebhookRequest {
  const signature = { timestamp: String(seconds), token, signature: macOf(seconds, token) };
  return {
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'mailgun/treq' },
    rawBody: Buffer.from(JSON.stringify({ signature, 'event-data': event })),
    keys: [SIGNING_KEY],
    now: seconds * 1000 + 500,
  };
}

/** A mail to us as a route posts it. */
export function signedForm(fields: Readonly<Record<string, string>>, seconds: number): WebhookRequest {
  const form = { ...fields, timestamp: String(seconds), token: TOKEN, signature: macOf(seconds) };
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    rawBody: Buffer.from(new URLSearchParams(form).toString()),
    keys: [SIGNING_KEY],
    now: seconds * 1000 + 500,
  };
}

/** The fields of a call.  */
export function fieldsOf({ headers, body }: SeenCall): Record<string, string> {
  return Object.fromEntries(readForm(Buffer.from(body), { 'content-type': headers['content-type'] }) ?? []);
}

export function attemptOf(call: SeenCall): AttemptRef | undefined {
  const fields = fieldsOf(call);
  const { 'v:op_delivery_id': deliveryId, 'v:op_attempt': attempt, 'v:op_tenant_id': tenantId } = fields;
  if (deliveryId === undefined || attempt === undefined || tenantId === undefined) return undefined;
  return { deliveryId, attempt: Number(attempt), tenantId };
}
