import { sign, type KeyObject } from 'node:crypto';
import type { Post } from '../webhooks/webhook.outbox.js';
import { httpPost } from '../webhooks/http.post.js';
import { sendgridEvent } from './sendgrid.events.js';

/** An array with one event a line, CRLF after commas and at the end: the bytes a signature covers. */
export function sendgridBody(events: readonly object[]): Buffer {
  return Buffer.from(`[${events.map((event) => JSON.stringify(event)).join(',\r\n')}]\r\n`);
}

export function signatureHeaders(body: Buffer, key: KeyObject, seconds: number): Record<string, string> {
  const signed = Buffer.concat([Buffer.from(String(seconds)), body]);
  return {
    'X-Twilio-Email-Event-Webhook-Signature': sign('sha256', signed, key).toString('base64'),
    'X-Twilio-Email-Event-Webhook-Timestamp': String(seconds),
  };
}

export interface SendgridWebhookTarget {
  readonly url: string;
  /** Without a key nothing is signed. */
  readonly privateKey?: KeyObject;
  readonly seed: string;
  readonly now: () => number;
}

/** Signed once per POST: a retry sends the same bytes under the same timestamp. */
export const sendgridPost =
  ({ url, privateKey, seed, now }: SendgridWebhookTarget): Post =>
  (events, unsigned) => {
    const told = events.map((event) => sendgridEvent(seed, event)).filter((event) => event !== undefined);
    if (told.length === 0) return () => Promise.resolve(204);
    const body = sendgridBody(told);
    const signature = privateKey && !unsigned ? signatureHeaders(body, privateKey, Math.floor(now() / 1000)) : {};
    const headers = { 'content-type': 'application/json', 'user-agent': 'SendGrid Event API', ...signature };
    return () => httpPost(`${url.replace(/\/$/, '')}/webhooks/sendgrid`, body, headers);
  };
