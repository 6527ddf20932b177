import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import type { Answer } from '../loopback-provider.fixture.js';
import { message } from '../sendgrid/sendgrid.fixture.js';
import { attemptOf, sample, signed } from './mailgun.fixture.js';
import { createMailgunProvider } from './mailgun.provider.js';
import { createMailgunWebhook } from './mailgun.webhook.js';

const json = { 'content-type': 'application/json' };
const says = (status: number, body: object, headers = {}): Answer => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
});

const stage: ChannelStage = {
  provide: (baseUrl) => createMailgunProvider({ apiKey: 'key-test', domain: 'mg.x.test', baseUrl }),
  message,
  attemptOf,
  answers: {
    accepted: {
      answer: says(200, { id: '<20240101.abc@mg.x.test>', message: 'Queued. Thank you.' }),
      providerMessageId: '20240101.abc@mg.x.test',
    },
    throttled: {
      answer: says(
        429,
        { message: 'PROSE too many requests' },
        { date: 'Wed, 19 Feb 2014 15:33:53 GMT', 'X-RateLimit-Reset': '1392824063' },
      ),
      retryAfterSeconds: 30,
    },
    badKey: { status: 401, headers: { 'content-type': 'text/plain' }, body: 'PROSE Forbidden' },
    refused: says(400, { message: 'PROSE to parameter is not a valid address person@reader.test' }),
    unavailable: says(503, { message: 'PROSE' }),
    failed: says(500, { message: 'PROSE' }),
  },
  webhook: {
    parser: createMailgunWebhook(),
    valid: signed(sample('delivered').body['event-data'], 1_534_108_637),
    vouches: 'token',
  },
};
const capabilities = { idempotencyKey: false, lookUp: false, batch: false, webhooks: true } as const;

channelContract('mailgun', stage, capabilities);

const items = (...list: object[]): Answer => says(200, { items: list, paging: {} });
channelContract(
  'mailgun with its events',
  {
    ...stage,
    provide: (baseUrl) =>
      createMailgunProvider({ apiKey: 'key-test', domain: 'mg.x.test', baseUrl, events: { afterSeconds: 600 } }),
    lookUp: {
      found: {
        answer: items({
          event: 'accepted',
          'user-variables': { op_delivery_id: message.deliveryId, op_attempt: '1', op_tenant_id: 'tenant-1' },
          message: { headers: { to: 'person@reader.test', 'message-id': '20240101.abc@mg.x.test', subject: 'PROSE' } },
        }),
        providerMessageId: '20240101.abc@mg.x.test',
      },
      notFound: items(),
      notAllowed: { status: 401, headers: { 'content-type': 'text/plain' }, body: 'PROSE Forbidden' },
      asks: ({ path }) => path.includes('tags=op-'),
    },
  },
  { ...capabilities, lookUp: { afterSeconds: 600, perMinute: 60 } },
);
