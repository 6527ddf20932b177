import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import { form, message, sample, signed } from './mandrill.fixture.js';
import { createMandrillProvider } from './mandrill.provider.js';
import { createMandrillWebhook } from './mandrill.webhook.js';

const json = { 'content-type': 'application/json' };
const error = (name: string, code: number, status = 500) => ({
  status,
  headers: json,
  body: JSON.stringify({ status: 'error', code, name, message: 'PROSE person@reader.test' }),
});

const stage: ChannelStage = {
  provide: (baseUrl) => createMandrillProvider({ apiKey: 'md-test', baseUrl }),
  message,
  answers: {
    accepted: {
      answer: { status: 200, headers: json, body: JSON.stringify(sample<{ sent: object[] }>('answers').sent) },
      providerMessageId: 'abcdef012345789abcdef012345789',
    },
    throttled: {
      answer: { ...error('RateLimit', -1, 429), headers: { ...json, 'retry-after': '7' } },
      retryAfterSeconds: 7,
    },
    badKey: error('Invalid_Key', -1),
    refused: error('ValidationError', -2),
    unavailable: error('ServiceUnavailable', -99),
    failed: error('GeneralError', -100),
  },
  webhook: {
    parser: createMandrillWebhook(),
    valid: signed(form(sample('click').body)),
    // It is the decoded form that is signed: %7b and %7B are one.
    meaningOf: (rawBody) => JSON.stringify([...new URLSearchParams(Buffer.from(rawBody).toString('utf8'))]),
  },
};

channelContract('mandrill', stage, { idempotencyKey: false, lookUp: false, batch: false, webhooks: true });
