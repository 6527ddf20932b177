import { describe, expect, it } from '@jest/globals';
import { attemptAddress, type ParsedInbound, createSendgridWebhook } from '@homing/channels';
import type { DeadLetter, Outgoing, PublishAck, Settled } from '@homing/messaging';
import { delivered, keys, signedPost } from '../ingestion.fixture.js';
import { publishableInbound } from './inbound.handover.js';
import { receiveWebhook, type ReceiverParts } from './webhook.receiver.js';

const stored: Settled<PublishAck> = { status: 'fulfilled', value: { stream: 'SIGNALS', seq: 1, duplicate: false } };
const lost: Settled<PublishAck> = { status: 'rejected', reason: new Error('no ack') };

function given(results: (messages: readonly Outgoing[]) => Settled<PublishAck>[], keeps = true) {
  const happened: string[] = [];
  const kept: DeadLetter[] = [];
  const parts: ReceiverParts = {
    callers: new Map([['sendgrid', { parser: createSendgridWebhook(), keys: [keys.publicKey] }]]),
    publish: async (messages) => {
      happened.push(`publish ${messages.length}`);
      return results(messages);
    },
    keep: async (letter) => {
      if (!keeps) throw new Error('not kept');
      kept.push(letter);
    },
    sealInbound: async () => 'sealed',
    now: Date.now,
    crashPoint: (name) => void happened.push(name),
  };
  const receive = (events: object[], provider = 'sendgrid') => {
    const { body, headers } = signedPost(events);
    return receiveWebhook(parts, { provider, headers, rawBody: body });
  };
  return { happened, kept, parts, receive };
}

describe('a received webhook', () => {
  it('is stored only when each of its facts is', async () => {
    const { receive, happened } = given((messages) => messages.map(() => stored));
    expect(await receive([delivered(), delivered()])).toMatchObject({ kind: 'stored', faults: [] });
    expect(happened).toEqual(['ingestion.before-publish', 'publish 1', 'ingestion.after-publish']);
  });

  it('is not stored when one fact is missing', async () => {
    const { receive } = given(() => [stored, lost, lost]);
    const tenants = ['t1', 't2', 't3'].map((tenant) => delivered({ op_tenant_id: tenant }));
    const reception = await receive(tenants);
    expect(reception).toEqual({ kind: 'not-stored', missing: 2, first: new Error('no ack') });
  });

  const broken = { event: 'delivered', email: 'ada@example.test' };

  it('keeps what it cannot read beside the facts it can, as one letter', async () => {
    const { receive, kept } = given((messages) => messages.map(() => stored));
    expect(await receive([delivered(), broken, [7]])).toMatchObject({ kind: 'stored', facts: [{}], faults: [{}, {}] });
    expect(kept).toMatchObject([
      {
        consumer: 'webhook-ingestion',
        subject: 'webhook.sendgrid',
        reason: 'unreadable_webhook',
        faults: [
          { path: '[1]', code: 'timestamp_unreadable' },
          { path: '[2]', code: 'not_an_object' },
        ],
      },
    ]);
    expect(JSON.parse(Buffer.from(kept[0]?.bytes ?? []).toString())).toEqual([broken, [7]]);
    await receive([delivered(), broken, [7]]);
    expect(kept[1]?.id).toBe(kept[0]?.id);
  });

  it('is not stored while what it cannot read is not kept', async () => {
    const { receive } = given((messages) => messages.map(() => stored), false);
    expect(await receive([delivered(), broken])).toMatchObject({ kind: 'not-stored', missing: 1 });
  });

  it('is stored only when what people wrote is, sealed, and nothing of it is in clear', async () => {
    const out: Outgoing[] = [];
    const sealed: unknown[] = [];
    const { parts } = given((messages) => {
      out.push(...messages);
      return messages.map(() => stored);
    });
    const item = {
      kind: 'message' as const,
      provider: 'sendgrid',
      channel: 'email' as const,
      providerEventId: 'ada@example.test wrote',
      occurredAt: '2026-01-01T00:00:00.000Z',
      from: 'ada@example.test',
      to: 'desk@example.test',
      text: 'Yes'.repeat(100_000),
      payloadDigest: 'f'.repeat(64),
      answers: { deliveryId: 'claimed by a stranger', attempt: 1 },
    };
    const parser = { ...createSendgridWebhook(), parse: () => ({ facts: [], faults: [], inbound: [item, item] }) };
    const { body, headers } = signedPost([]);
    const receiving = receiveWebhook(
      {
        ...parts,
        callers: new Map([['sendgrid', { parser, keys: [keys.publicKey] }]]),
        sealInbound: async (content) => `sealed ${sealed.push(content)}`,
      },
      { provider: 'sendgrid', headers, rawBody: body },
    );
    expect(await receiving).toMatchObject({ kind: 'stored', facts: [] });
    expect(out.map(({ subject, key }) => [subject, key])).toEqual(
      Array(2).fill(['provider.inbound.sendgrid', expect.stringMatching(/^sendgrid:inbound:[0-9a-f]{64}$/)]),
    );
    expect(out[0]?.key).toBe(out[1]?.key);
    expect(out[0]?.event.data).toEqual({
      provider: 'sendgrid',
      channel: 'email',
      kind: 'message',
      eventDigest: expect.any(String),
      receivedAt: expect.any(String),
      sealed: 'sealed 1',
    });
    expect(JSON.stringify(out)).not.toContain('ada@');
    const { answers: _claimed, ...told } = item;
    expect(sealed[0]).toEqual({ ...told, text: item.text.slice(0, 100_000) });
  });

  it('hands on what an answer answers, by an address that we signed and by no other', async () => {
    const sealed: unknown[] = [];
    const [key, name] = ['k'.repeat(32), { deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1', attempt: 2 }];
    const to = attemptAddress('reply', name, { key, domain: 'inbound.own.test' }) ?? '';
    const seal = async (content: unknown) => (sealed.push(content), 's');
    const item: Omit<ParsedInbound, 'to'> = {
      ...{ kind: 'message', provider: 'mailgun', channel: 'email', providerEventId: 'e', occurredAt: 'x' },
      ...{ from: 'ada@example.test', payloadDigest: 'd' },
    };
    const handover = { seal, receivedAt: 'r', source: 's', replyKeys: [key] };
    for (const address of [to, to.replace(/.@/, (last) => (last === 'a@' ? 'b@' : 'a@')), 'desk@own.test'])
      await publishableInbound({ ...item, to: address }, handover);
    expect(sealed).toMatchObject([{ answers: name }, {}, {}]);
    expect(sealed.slice(1).filter((each) => (each as { answers?: unknown }).answers !== undefined)).toEqual([]);
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
