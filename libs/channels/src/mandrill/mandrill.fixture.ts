import { readFileSync } from 'node:fs';
import type { WebhookRequest } from '../webhook.parser.js';
import { mandrillSignature } from './mandrill.signature.js';

export const sample = <T = { body: Record<string, unknown>[] }>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../samples/mandrill/${name}.json`, import.meta.url), 'utf8')) as T;

export { message } from '../smtp/smtp.fixture.js';

export const key = 'TEST_WEBHOOK_KEY';
export const url = 'https://hooks.sender.test/webhooks/mailchimp';
export const form = (events: unknown): Buffer =>
  Buffer.from(new URLSearchParams({ mandrill_events: JSON.stringify(events) }).toString());

export const signed = (rawBody: Buffer, by = key): WebhookRequest => ({
  url,
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    'X-Mandrill-Signature': mandrillSignature(by, url, rawBody),
  },
  rawBody,
  keys: [key],
  now: 1_790_000_100_000,
});
