import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from '@homing/testing/local-stack';

/** Posts a body to webhook ingestion, signed as SendGrid signs. */
export function signedWebhook(stack: LocalStack, body: string): Promise<Response> {
  const secrets = JSON.parse(readFileSync(join(stack.home, 'secrets.json'), 'utf8')) as Record<string, string>;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const key = secrets['sendgridWebhookPrivateKey'] ?? '';
  const headers = {
    'content-type': 'application/json',
    'x-twilio-email-event-webhook-signature': createSign('sha256')
      .update(timestamp + body)
      .sign(key, 'base64'),
    'x-twilio-email-event-webhook-timestamp': timestamp,
  };
  return fetch(`${stack.env['WEBHOOK_URL']}/webhooks/sendgrid`, { method: 'POST', headers, body });
}
