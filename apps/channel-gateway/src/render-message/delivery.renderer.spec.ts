import { describe, expect, it } from '@jest/globals';
import { deliveryOf, emptyOutreach, evolveOutreach } from '@homing/domain';
import type { Channel, ChannelSender } from '@homing/contracts';
import { committed } from '@homing/testing/outreach-story';
import { readAttemptAddress, readUnsubscribeToken } from '@homing/channels';
import type { Sender } from '@homing/vault/registry';
import { renderBatch, type RenderParts } from './delivery.renderer.js';

const tenant: Sender = { email: 'hello@own.test', name: 'Own', replyTo: null, branding: {} };
const installation = { address: 'all@house.test', name: 'House' };

interface Said {
  channel?: ChannelSender;
  tenant?: Sender;
  request?: { email: string; name?: string };
  by?: Channel;
  replyTo?: string;
  parts?: Partial<RenderParts>;
}

/** Who a message is sent by, of what each may say. */
const senderOf = async (said: Said) => (await messageOf(said)).from;

async function messageOf(said: Said) {
  const { by = 'email' } = said;
  const state = committed.reduce(evolveOutreach, emptyOutreach);
  const delivery = state.status === 'active' ? state.deliveries[0] : undefined;
  if (state.status === 'none' || !delivery) throw new Error('the story has a delivery');
  const request = {
    recipient: { contacts: { email: ['a@example.test'], sms: ['+4915112345678'] } },
    content: { literal: { email: { subject: 'Hello', text: 'Hello' }, sms: { text: 'Hello' } } },
    ...(said.request ? { sender: said.request } : {}),
    ...(said.replyTo ? { replyTo: said.replyTo } : {}),
  };
  const settings = said.channel ? { channels: { email: { settings: said.channel } } } : {};
  const parts = {
    vault: { openRequests: async () => [{ kind: 'opened', request }] },
    registry: {
      findTemplateVersions: async () => [],
      findTenants: async () => [{ sender: said.tenant ?? null, settings }],
    },
    defaultSenders: new Map([['sendgrid', installation]]),
    ...said.parts,
  } as unknown as RenderParts;
  const [rendered] = await renderBatch(parts, [{ state, delivery: { ...delivery, channel: by }, attempt: 1 }]);
  if (rendered?.status !== 'fulfilled' || rendered.value.kind !== 'message') throw new Error('it was not rendered');
  return rendered.value.message;
}

describe('the sender of a message', () => {
  const channel = { from_email: 'news@own.test', from_name: 'News' };

  it('is the request’s, else the channel’s, else the tenant’s, else the installation’s', async () => {
    const request = { email: 'ada@own.test', name: 'Ada' };
    expect(await senderOf({ request, channel, tenant })).toEqual({ address: 'ada@own.test', name: 'Ada' });
    expect(await senderOf({ channel, tenant })).toEqual({ address: 'news@own.test', name: 'News' });
    expect(await senderOf({ tenant })).toEqual({ address: 'hello@own.test', name: 'Own' });
    expect(await senderOf({})).toEqual(installation);
  });

  it('of anything but email is what the provider has an account for, whoever is named', async () => {
    const request = { email: 'ada@own.test', name: 'Ada' };
    expect(await senderOf({ by: 'sms', request, channel, tenant })).toEqual(installation);
  });

  it('takes the part that a channel leaves out from the next wider one', async () => {
    expect(await senderOf({ channel: { from_name: 'News' }, tenant })).toEqual({
      address: 'hello@own.test',
      name: 'News',
    });
    expect(await senderOf({ channel: { from_email: 'news@own.test' }, tenant })).toMatchObject({ name: 'Own' });
  });
});

describe('an email', () => {
  const key = 'a key of thirty-two letters, at least';

  it('carries a link by which its reader unsubscribes with one click, made for this very attempt', async () => {
    const { headers, ...message } = await messageOf({
      parts: { unsubscribe: { baseUrl: 'https://hooks.example.test', key } },
    });
    const token = /^<https:\/\/hooks\.example\.test\/u\/([^>]+)>$/.exec(headers?.['List-Unsubscribe'] ?? '')?.[1];
    const state = committed.reduce(evolveOutreach, emptyOutreach);
    expect(headers?.['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect(readUnsubscribeToken([key], token ?? '')).toEqual({
      tenantId: message.tenantId,
      deliveryId: deliveryOf(state, 1)?.deliveryId,
      attempt: 1,
    });
  });

  it('asks to be answered at an address that names this very attempt, unless its request names a mailbox', async () => {
    const parts = { reply: { domain: 'inbound.own.test', key } };
    const { replyTo, deliveryId } = await messageOf({ tenant: { ...tenant, replyTo: 'desk@own.test' }, parts });
    expect(replyTo).toMatchObject({ name: 'Own' });
    expect(readAttemptAddress('reply', replyTo?.address, [key])).toEqual({ deliveryId, attempt: 1 });
    const asked = await messageOf({ replyTo: 'ada@own.test', parts });
    expect(asked.replyTo).toEqual({ address: 'ada@own.test' });
    expect((await messageOf({ tenant: { ...tenant, replyTo: 'desk@own.test' } })).replyTo?.address).toBe(
      'desk@own.test',
    );
    expect(await messageOf({ by: 'sms', parts })).not.toHaveProperty('replyTo');
  });

  it('carries no headers where no links are set up', async () =>
    expect(await messageOf({})).not.toHaveProperty('headers'));
});
