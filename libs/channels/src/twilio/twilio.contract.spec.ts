import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import { createTwilioSms, createTwilioWhatsApp } from './twilio.provider.js';
import { attemptOfCall, configAt, meaningOf, message, sample, sendSample, signed } from './twilio.fixture.js';
import { createTwilioWebhook } from './twilio.webhook.js';

const answer = (status: number, code: number, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ code, message: `PROSE ${message.to.address}`, more_info: 'PROSE', status }),
});

const stage: ChannelStage = {
  provide: (baseUrl) => createTwilioSms(configAt(baseUrl)),
  message,
  attemptOf: attemptOfCall,
  answers: {
    accepted: {
      answer: { status: 201, body: JSON.stringify(sendSample.body) },
      providerMessageId: sendSample.body.sid,
    },
    throttled: { answer: answer(429, 20429, { 'Retry-After': '5' }), retryAfterSeconds: 5 },
    badKey: answer(401, 20003),
    refused: answer(400, 21211),
    unavailable: answer(503, 20503),
    failed: answer(500, 20500),
  },
  webhook: { parser: createTwilioWebhook(), valid: signed(sample('status-delivered').body), meaningOf },
};
const capabilities = { idempotencyKey: false, lookUp: false, batch: false, webhooks: true } as const;

channelContract('twilio', stage, capabilities);
channelContract(
  'twilio_whatsapp',
  {
    ...stage,
    provide: (baseUrl) => createTwilioWhatsApp(configAt(baseUrl)),
    webhook: { parser: createTwilioWebhook(), valid: signed(sample('whatsapp-read').body), meaningOf },
  },
  capabilities,
);
