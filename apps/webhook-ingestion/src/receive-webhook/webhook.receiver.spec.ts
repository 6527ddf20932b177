import { describe, expect, it } from '@jest/globals';
import { createSendgridWebhook } from '@homing/channels';
import type { Outgoing, PublishAck, Settled } from '@homing/messaging';
import { delivered, keys, signedPost } from '../ingestion.fixture.js';
import { receiveWebhook, type ReceiverParts } from './webhook.receiver.js';

const stored: Settled<PublishAck> = { status: 'fulfilled', value: { stream: 'SIGNALS', seq: 1, duplicate: false } };
const lost: Settled<PublishAck> = { status: 'rejected', reason: new Error('no ack') };

function given(results: (messages: readonly Outgoing[]) => Settled<PublishAck>[]) {
  const happened: string[] = [];
  const parts: ReceiverParts = {
    callers: new Map([['sendgrid', { parser: createSendgridWebhook(), keys: [keys.publicKey] }]]),
    publish: async (messages) => {
      happened.push(`publish ${messages.length}`);
      return results(messages);
    },
    now: Date.now,
    crashPoint: (name) => void happened.push(name),
  };
  const receive = (events: object[], provider = 'sendgrid') => {
    const { body, headers } = signedPost(events);
    return receiveWebhook(parts, { provider, headers, rawBody: body });
  };
  return { happened, parts, receive };
}

describe('a received webhook', () => {
  it('is stored only when each of its facts is', async () => {
    const { receive, happened } = given((messages) => messages.map(() => stored));
    expect(await receive([delivered(), delivered()])).toMatchObject({ kind: 'stored', faults: [] });
    expect(happened).toEqual(['ingestion.before-publish', 'publish 2', 'ingestion.after-publish']);
  });

  it('is not stored when one fact is missing', async () => {
    const { receive } = given(() => [stored, lost, lost]);
    const reception = await receive([delivered(), delivered(), delivered()]);
    expect(reception).toEqual({ kind: 'not-stored', missing: 2, first: new Error('no ack') });
  });

  it('publishes nothing of a stranger or of an unknown provider', async () => {
    const { receive, happened, parts } = given(() => []);
    expect(await receive([delivered()], 'mailbird')).toEqual({ kind: 'unknown-provider' });
    const rawBody = Buffer.from('[]');
    expect(await receiveWebhook(parts, { provider: 'sendgrid', headers: {}, rawBody })).toMatchObject({
      kind: 'forged',
    });
    expect(happened).toEqual([]);
  });
});
