import { channelContract } from '../channel-contract.fixture.js';
import type { Answer } from '../loopback-provider.fixture.js';
import { message } from '../sendgrid/sendgrid.fixture.js';
import { attemptOf, authorized, headersOf, sample } from './brevo.fixture.js';
import { createBrevoProvider } from './brevo.provider.js';
import { createBrevoWebhook } from './brevo.webhook.js';

const says = (status: number, body: object, headers = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

channelContract(
  'brevo',
  {
    provide: (baseUrl) => createBrevoProvider({ apiKey: 'xkeysib-test', baseUrl }),
    message,
    attemptOf,
    answers: {
      accepted: {
        answer: says(201, { messageId: '<201798300811.5787683@relay.domain.com>' }),
        providerMessageId: '201798300811.5787683@relay.domain.com',
      },
      throttled: {
        answer: says(429, { code: 'too_many_requests', message: 'PROSE' }, { 'Retry-After': '30' }),
        retryAfterSeconds: 30,
      },
      badKey: says(401, { code: 'unauthorized', message: 'PROSE Key not found' }),
      refused: says(400, { code: 'invalid_parameter', message: 'PROSE person@reader.test is not valid' }),
      unavailable: says(503, { code: 'service_unavailable', message: 'PROSE' }),
      failed: says(500, { code: 'internal_error', message: 'PROSE' }),
    },
    keyOf: (call) => headersOf(call)['idempotencyKey'],
    webhook: { parser: createBrevoWebhook(), valid: authorized(sample('delivered').body), vouches: 'caller' },
  },
  { idempotencyKey: { validSeconds: 840 }, lookUp: false, batch: false, webhooks: true },
);
