import { readFileSync } from 'node:fs';
import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import { standardHeaders } from '../standard-webhook.signature.js';
import type { Answer } from '../loopback-provider.fixture.js';
import { LoopbackSmtp } from './loopback-smtp.fixture.js';
import { headerOf, message } from './smtp.fixture.js';
import { createSmtpProvider } from './smtp.provider.js';
import { createSmtpWebhook } from './smtp.webhook.js';

const reply = (status: number, body: string, at = 'DATA'): Answer => ({ status, headers: { at }, body });

const key = Buffer.from('a key of at least sixteen bytes').toString('base64');
const seconds = Date.parse('2026-11-22T01:02:00Z') / 1000;
const body = readFileSync(new URL('../../samples/smtp/bounce-hard.eml', import.meta.url));

const stage: ChannelStage = {
  provide: (url) => createSmtpProvider({ host: '127.0.0.1', port: Number(new URL(url).port), security: 'none' }),
  serve: () => LoopbackSmtp.start(),
  message,
  attemptOf: ({ body }) => {
    const [deliveryId = '', attempt, tenantId = ''] = ['X-Delivery-Id', 'X-Attempt', 'X-Tenant-Id'].map((name) =>
      headerOf(body, name),
    );
    return { deliveryId, attempt: Number(attempt), tenantId };
  },
  answers: {
    accepted: { answer: { status: 250 }, providerMessageId: `${message.deliveryId}.1@sender.test` },
    throttled: { answer: reply(450, '4.7.28 PROSE too much mail', 'MAIL') },
    badKey: reply(530, '5.7.0 PROSE authentication required', 'MAIL'),
    refused: reply(550, '5.1.1 PROSE person@reader.test', 'RCPT'),
    unavailable: reply(421, '4.3.2 PROSE shutting down', 'MAIL'),
    // No reply of a mail server leaves open what it did; silence does.
    failed: 'drop-after-reading',
  },
  webhook: {
    parser: createSmtpWebhook(),
    valid: {
      headers: standardHeaders(key, { id: 'mail-1', seconds, body }),
      rawBody: body,
      keys: [key],
      now: seconds * 1000,
    },
  },
};

channelContract('smtp', stage, { idempotencyKey: false, lookUp: false, batch: false, webhooks: true });
