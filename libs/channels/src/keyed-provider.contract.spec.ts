// No shipped provider honours a key yet; this one keeps that part of the contract tried.
import { channelContract } from './channel-contract.fixture.js';
import { createKeyedProvider, KEY_VALID_SECONDS } from './keyed-provider.fixture.js';
import { message } from './sendgrid/sendgrid.fixture.js';

channelContract(
  'a provider that honours our key',
  {
    provide: createKeyedProvider,
    message,
    answers: {
      accepted: { answer: { status: 202, headers: { 'x-message-id': 'k-1' } }, providerMessageId: 'k-1' },
      throttled: { answer: { status: 429, headers: { 'retry-after': '30' } }, retryAfterSeconds: 30 },
      badKey: { status: 401 },
      refused: { status: 400, body: 'PROSE' },
      unavailable: { status: 503 },
      failed: { status: 500, body: 'PROSE' },
    },
    keyOf: ({ headers }) => headers['idempotency-key'] as string | undefined,
  },
  { idempotencyKey: { validSeconds: KEY_VALID_SECONDS }, lookUp: false, batch: false, webhooks: false },
);
