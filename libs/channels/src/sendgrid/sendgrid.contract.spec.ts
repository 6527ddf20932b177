import { describe, expect, it } from '@jest/globals';
import { channelContract, type ChannelStage } from '../channel-contract.fixture.js';
import { LoopbackProvider, type Answer } from '../loopback-provider.fixture.js';
import { message, sample, signed, wire } from './sendgrid.fixture.js';
import { createSendgridProvider } from './sendgrid.provider.js';
import { createSendgridWebhook } from './sendgrid.webhook.js';

const errors = (...list: object[]) => JSON.stringify({ errors: list });
const json = { 'content-type': 'application/json' };

const stage: ChannelStage = {
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
};
const capabilities = { idempotencyKey: false, lookUp: false, batch: false, webhooks: true } as const;

channelContract('sendgrid', stage, capabilities);

channelContract(
  'sendgrid with many in one call',
  {
    ...stage,
    provide: (baseUrl) => createSendgridProvider({ apiKey: 'SG.test', baseUrl, maxBatch: 20 }),
    refusedAt: (place) => ({
      ...{ status: 400, headers: json },
      body: errors({ field: `personalizations.${place}.to.0.email`, message: 'PROSE r2@reader.test' }),
    }),
  },
  { ...capabilities, batch: 20 },
);

const activity = (...messages: object[]): Answer => ({
  status: 200,
  headers: json,
  body: JSON.stringify({ messages }),
});
channelContract(
  'sendgrid with its activity history',
  {
    ...stage,
    provide: (baseUrl) => createSendgridProvider({ apiKey: 'SG.test', baseUrl, activity: { afterSeconds: 600 } }),
    lookUp: {
      found: {
        answer: activity({
          from_email: 'desk@sender.test',
          msg_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3iad2-6c8b-1-5E-9.0',
          subject: 'PROSE',
          to_email: 'person@reader.test',
          status: 'delivered',
        }),
        providerMessageId: 'LRzXl_NHStOGhQ4kofSm_A',
      },
      notFound: activity(),
      notAllowed: { status: 403, headers: json, body: errors({ field: null, message: 'PROSE access forbidden' }) },
    },
  },
  { ...capabilities, lookUp: { afterSeconds: 600, perMinute: 6 } },
);

describe('asking SendGrid', () => {
  it('asks for exactly this delivery and attempt', async () => {
    const server = await LoopbackProvider.start();
    const provider = createSendgridProvider({ apiKey: 'SG.test', baseUrl: server.url, activity: {} });
    server.answer = activity();
    await provider.lookUp?.(message, { signal: new AbortController().signal, timeoutMs: 30_000 });
    expect(decodeURIComponent(server.calls[0]?.path ?? '').replaceAll('+', ' ')).toBe(
      `/v3/messages?query=(unique_args['op_delivery_id']="${message.deliveryId}") AND (unique_args['op_attempt']="1")&limit=2`,
    );
    expect(server.calls[0]).toMatchObject({ headers: { authorization: 'Bearer SG.test' }, body: '' });
    provider.close();
    await server.close();
  });

  it('needs no less than a word for an id, so that nothing else can be asked with it', async () => {
    const provider = createSendgridProvider({ apiKey: 'SG.test', baseUrl: 'http://127.0.0.1:1', activity: {} });
    const sly = { ...message, deliveryId: '" OR "1"="1' };
    await expect(
      provider.lookUp?.(sly, { signal: new AbortController().signal, timeoutMs: 1_000 }),
    ).rejects.toBeInstanceOf(TypeError);
    provider.close();
  });
});
