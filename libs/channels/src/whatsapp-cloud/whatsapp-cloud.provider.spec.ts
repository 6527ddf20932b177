import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { answered, message, samplePath } from '../meta/meta.fixture.js';
import { idOfWamid } from './wamid.digest.js';
import { numberCheck } from './number.check.js';
import { createWhatsappCloudProvider } from './whatsapp-cloud.provider.js';

const documented = JSON.parse(readFileSync(samplePath('meta', 'whatsapp-send-response'), 'utf8')) as {
  body: { messages: { id: string; message_status: string }[] };
};

describe('a message by WhatsApp', () => {
  let server: LoopbackProvider;
  let provider: ChannelProvider;
  const account = { accessToken: 'EAAtest', phoneNumberId: '106540352242922' };
  const send = (changes: Partial<OutboundMessage> = {}) =>
    provider.send(
      { ...message, to: { address: '+16505551234' }, ...changes },
      { signal: new AbortController().signal, timeoutMs: 30_000 },
    );
  const posted = () => JSON.parse(server.calls.at(-1)?.body ?? '') as Record<string, unknown>;

  beforeEach(async () => {
    server = await LoopbackProvider.start();
    server.answer = answered(documented.body);
    provider = createWhatsappCloudProvider({ ...account, baseUrl: server.url });
  });
  afterEach(async () => {
    provider.close();
    await server.close();
  });

  it('is free text with our ids in the field that comes back', async () => {
    await send({ text: 'Grüße' });
    expect(server.calls[0]).toMatchObject({
      path: '/v23.0/106540352242922/messages',
      headers: { authorization: 'Bearer EAAtest', 'content-type': 'application/json' },
    });
    expect(posted()).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '+16505551234',
      type: 'text',
      text: { body: 'Grüße', preview_url: false },
      biz_opaque_callback_data: `op|${message.deliveryId}|1|tenant-1|${numberCheck(message.deliveryId, '+16505551234')}`,
    });
  });

  it('is an approved template wherever one is named, and then no free text', async () => {
    await send({ template: { name: 'viewing_reminder', language: 'en_US', parameters: ['Ada', '10:00'] } });
    expect(posted()).toMatchObject({
      type: 'template',
      template: {
        name: 'viewing_reminder',
        language: { code: 'en_US' },
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Ada' },
              { type: 'text', text: '10:00' },
            ],
          },
        ],
      },
    });
    expect(posted()).not.toHaveProperty('text');
    await send({ template: { name: 'hello', language: 'de', parameters: [] } });
    expect(posted()['template']).toEqual({ name: 'hello', language: { code: 'de' } });
  });

  it.each(['accepted', 'held_for_quality_assessment', 'paused'])('is taken when it is %s', async (message_status) => {
    server.answer = answered({ messages: [{ ...documented.body.messages[0], message_status }] });
    expect(await send()).toMatchObject({ kind: 'accepted' });
  });

  it('is known by a digest: a wamid holds the person’s number in base64', async () => {
    const wamid = documented.body.messages[0]?.id ?? '';
    expect(Buffer.from(wamid.slice('wamid.'.length), 'base64').toString('latin1')).toContain('16503879439');
    const result = await send();
    expect(result).toEqual({ kind: 'accepted', providerMessageId: idOfWamid(wamid) });
    expect(JSON.stringify(result)).not.toContain(wamid.slice(10, 30));
  });

  it.each<[string, Partial<OutboundMessage>, string]>([
    ['too long', { text: 'x'.repeat(4_097) }, 'text_too_long'],
    ['empty', { text: '  ' }, 'text_missing'],
    ['to nobody', { to: { address: 'somebody' } }, 'recipient_malformed'],
    ['to be checked only', { sandbox: true }, 'sandbox_not_offered'],
    [
      'with a broken line in it',
      { template: { name: 't', language: 'en', parameters: ['a\nb'] } },
      'template_parameters',
    ],
    ['with an empty word in it', { template: { name: 't', language: 'en', parameters: [''] } }, 'template_parameters'],
    ['by another name', { template: { name: 'T/../x', language: 'en', parameters: [] } }, 'template_malformed'],
  ])('that is %s goes nowhere', async (_what, changes, code) => {
    expect(await send(changes)).toEqual({ kind: 'rejected', class: 'permanent', code });
    expect(server.calls).toHaveLength(0);
  });

  it('may be 4,096 characters long', async () => {
    expect(await send({ text: 'x'.repeat(4_096) })).toMatchObject({ kind: 'accepted' });
  });

  it('proves, where the app’s secret is known, that its token was not found in the street', async () => {
    provider.close();
    provider = createWhatsappCloudProvider({ ...account, appSecret: 's', apiVersion: 'v24.0', baseUrl: server.url });
    await send();
    const proof = createHmac('sha256', 's').update('EAAtest').digest('hex');
    expect(server.calls[0]?.path).toBe(`/v24.0/106540352242922/messages?appsecret_proof=${proof}`);
  });

  it('goes by the given address only: no redirect is followed, no proxy asked', async () => {
    const elsewhere = await LoopbackProvider.start();
    process.env['HTTP_PROXY'] = elsewhere.url;
    server.answer = { status: 307, headers: { location: `${elsewhere.url}/steal` } };
    expect(await send()).toEqual({ kind: 'unknown', reason: 'http_307' });
    delete process.env['HTTP_PROXY'];
    expect([server.calls.length, elsewhere.calls.length]).toEqual([1, 0]);
    await elsewhere.close();
  });

  it('is not known to be taken when the answer never ends', async () => {
    server.answer = { status: 200, body: 'x'.repeat(300_000) };
    expect(await send()).toEqual({ kind: 'unknown', reason: 'answer_unreadable' });
  });

  it('needs a token, a number’s id and a version, and on tests a loopback address', () => {
    const faulty: object[] = [
      { accessToken: ' ' },
      { phoneNumberId: '../1' },
      { apiVersion: '23' },
      { baseUrl: 'https://graph.facebook.com' },
    ];
    for (const change of faulty)
      expect(() => createWhatsappCloudProvider({ ...account, baseUrl: server.url, ...change })).toThrow(TypeError);
  });
});
