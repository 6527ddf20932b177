import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import { messageFor, samples, signed } from './generic.fixture.js';
import type { GenericChannel } from './generic.message.js';
import { createGenericProvider } from './generic.provider.js';
import { createGenericWebhook } from './generic.webhook.js';

const answer = (status: number, body: object, headers = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

const stageOf = (channel: GenericChannel, idempotentSeconds = 0): ChannelStage => ({
  provide: (baseUrl) => createGenericProvider({ channel, baseUrl, apiKey: 'key', idempotentSeconds }),
  message: messageFor(channel),
  answers: {
    accepted: { answer: answer(202, { message_id: 'm-1', status: 'queued' }), providerMessageId: 'm-1' },
    throttled: { answer: answer(429, { error: 'PROSE' }, { 'Retry-After': '30' }), retryAfterSeconds: 30 },
    badKey: answer(401, { error: 'PROSE' }),
    refused: answer(422, { error: `PROSE ${messageFor(channel).to.address}` }),
    unavailable: answer(503, { error: 'PROSE' }),
    failed: answer(500, { error: 'PROSE' }),
  },
  webhook: {
    parser: createGenericWebhook(channel === 'email' ? 'email-delivery' : 'sms-whatsapp-delivery'),
    valid: signed(samples[0]?.body ?? {}),
  },
});
const capabilities = { idempotencyKey: false, lookUp: false, batch: false, webhooks: true } as const;

for (const channel of ['email', 'sms', 'whatsapp'] as const)
  channelContract(`generic_${channel}`, stageOf(channel), capabilities);

channelContract(
  'generic_sms at a provider that honours our key',
  {
    ...stageOf('sms', 1_800),
    keyOf: ({ headers }) => headers['idempotency-key'] as string | undefined,
  },
  { ...capabilities, idempotencyKey: { validSeconds: 1_800 } },
);
