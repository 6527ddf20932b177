import { channelContract } from '../channel-contract.fixture.js';
import { message, sample, sendSample, signed } from './textbee.fixture.js';
import { createTextbeeProvider } from './textbee.provider.js';
import { createTextbeeWebhook } from './textbee.webhook.js';

const answer = (status: number, body: object, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const [unauthorized, , limit] = sendSample.errors;

channelContract(
  'textbee',
  {
    provide: (baseUrl) => createTextbeeProvider({ apiKey: 'key', deviceId: 'device-1', baseUrl }),
    message,
    attemptOf: false,
    answers: {
      accepted: {
        answer: answer(sendSample.response.status, sendSample.response.body),
        providerMessageId: sendSample.response.body.data.smsBatchId,
      },
      throttled: {
        answer: answer(429, { ...limit?.body, message: 'PROSE' }, { date: 'Wed, 19 Feb 2014 23:00:00 GMT' }),
        retryAfterSeconds: 3_600,
      },
      badKey: answer(401, { ...unauthorized?.body }),
      refused: answer(400, { success: false, error: `PROSE ${message.to.address}` }),
      unavailable: answer(503, { statusCode: 503, message: 'PROSE' }),
      failed: answer(500, { success: false, error: 'PROSE Failed to add SMS to queue' }),
    },
    webhook: { parser: createTextbeeWebhook(), valid: signed(sample('message-delivered').body) },
  },
  { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
);
