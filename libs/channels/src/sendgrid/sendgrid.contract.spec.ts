import { channelContract } from '../channel-contract.fixture.js';
import { message, sample, signed, wire } from './sendgrid.fixture.js';
import { createSendgridProvider } from './sendgrid.provider.js';
import { createSendgridWebhook } from './sendgrid.webhook.js';

const errors = (...list: object[]) => JSON.stringify({ errors: list });
const json = { 'content-type': 'application/json' };

channelContract(
  'sendgrid',
  {
    provide: (baseUrl) => createSendgridProvider({ apiKey: 'SG.test', baseUrl }),
    message,
    answers: {
      accepted: {
        answer: { status: 202, headers: { 'X-Message-Id': 'LRzXl_NHStOGhQ4kofSm_A' } },
        providerMessageId: 'LRzXl_NHStOGhQ4kofSm_A',
      },
      throttled: {
        answer: {
          status: 429,
          headers: {
            ...json,
            date: 'Wed, 19 Feb 2014 15:33:53 GMT',
            'X-RateLimit-Limit': '150',
            'X-RateLimit-Remaining': '0',
            'X-RateLimit-Reset': '1392824063',
          },
          body: errors({ field: null, message: 'PROSE too many requests' }),
        },
        retryAfterSeconds: 30,
      },
      badKey: { status: 401, headers: json, body: errors({ field: null, message: 'PROSE authorization required' }) },
      refused: { status: 400, headers: json, body: errors({ field: 'subject', message: 'PROSE person@reader.test' }) },
      unavailable: { status: 503, headers: json, body: errors({ field: null, message: 'PROSE' }) },
      failed: { status: 500, headers: json, body: errors({ field: null, message: 'PROSE' }) },
    },
    webhook: {
      parser: createSendgridWebhook(),
      valid: signed(wire(sample('batch-all').body), 1_513_299_600),
    },
  },
  { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
);
