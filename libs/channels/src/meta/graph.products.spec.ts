// What Messenger and Instagram say in their own words.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ChannelProvider, OutboundMessage } from '../channel.provider.js';
import { createInstagramProvider } from '../instagram/instagram.provider.js';
import { LoopbackProvider } from '../loopback-provider.fixture.js';
import { createMessengerProvider } from '../messenger/messenger.provider.js';
import { answered, message, samplePath } from './meta.fixture.js';

const documented = JSON.parse(readFileSync(samplePath('meta', 'messenger-send'), 'utf8')) as {
  response: { body: { message_id: string } };
};

describe('answers to people who wrote to us', () => {
  let server: LoopbackProvider;
  let messenger: ChannelProvider;
  let instagram: ChannelProvider;
  const by = (provider: ChannelProvider, changes: Partial<OutboundMessage> = {}) =>
    provider.send({ ...message, ...changes }, { signal: new AbortController().signal, timeoutMs: 30_000 });
  const posted = () => JSON.parse(server.calls.at(-1)?.body ?? '') as Record<string, unknown>;

  beforeEach(async () => {
    server = await LoopbackProvider.start();
    server.answer = answered(documented.response.body);
    messenger = createMessengerProvider({ accessToken: 'EAAtest', pageId: '2001', baseUrl: server.url });
    instagram = createInstagramProvider({ accessToken: 'IGtest', baseUrl: server.url });
  });
  afterEach(async () => {
    messenger.close();
    instagram.close();
    await server.close();
  });

  it('by Messenger are responses of the page and nothing else, with our ids as metadata', async () => {
    const { message_id: providerMessageId } = documented.response.body;
    expect(await by(messenger)).toEqual({ kind: 'accepted', providerMessageId });
    expect(server.calls[0]?.path).toBe('/v23.0/2001/messages');
    expect(posted()).toEqual({
      recipient: { id: '16505551234' },
      messaging_type: 'RESPONSE',
      message: { text: 'Hello', metadata: `op|${message.deliveryId}|1|tenant-1` },
    });
  });

  it('by Instagram go out as the account the token belongs to, with nothing of ours', async () => {
    expect(await by(instagram)).toMatchObject({ kind: 'accepted' });
    expect(server.calls[0]).toMatchObject({
      path: '/v23.0/me/messages',
      headers: { authorization: 'Bearer IGtest' },
    });
    expect(posted()).toEqual({ recipient: { id: '16505551234' }, message: { text: 'Hello' } });
  });

  it('are refused before the call when they are too long: characters on Messenger, bytes on Instagram', async () => {
    const tooLong = { kind: 'rejected', class: 'permanent', code: 'text_too_long' };
    expect(await by(messenger, { text: 'ü'.repeat(2_001) })).toEqual(tooLong);
    expect(await by(instagram, { text: 'ü'.repeat(501) })).toEqual(tooLong);
    expect(server.calls).toHaveLength(0);
    expect(await by(messenger, { text: 'ü'.repeat(2_000) })).toMatchObject({ kind: 'accepted' });
    expect(await by(instagram, { text: 'ü'.repeat(500) })).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    [{ text: '' }, 'text_missing'],
    [{ to: { address: '../2001' } }, 'recipient_malformed'],
    [{ sandbox: true }, 'sandbox_not_offered'],
  ])('%j goes nowhere', async (changes, code) => {
    for (const provider of [messenger, instagram])
      expect(await by(provider, changes)).toEqual({ kind: 'rejected', class: 'permanent', code });
    expect(server.calls).toHaveLength(0);
  });
});
