import { describe, expect, it } from '@jest/globals';
import { numberCheck } from '../whatsapp-cloud/number.check.js';
import { idOfWamid } from '../whatsapp-cloud/wamid.digest.js';
import { escaped, sample } from './meta.fixture.js';
import { createMetaWebhook } from './meta.webhook.js';

const { parse } = createMetaWebhook();
const WAMID = 'wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBJCOTY3NDc0NDFDRUI3NTA0Q0UA';
const DIGEST = /^[0-9a-f]{64}$/;
const PSID = '5275811702471834';
const PAGE = '2001';

/** The documented body with ids where the page has placeholders. */
const documented = (name: string) => {
  const ids = { '<PSID>': PSID, '<IGSID>': PSID, '<MID>': 'mid.abc' } as Record<string, string>;
  const text = JSON.stringify(sample('meta', name).body).replaceAll(/<[A-Z_]+>/g, (at) => ids[at] ?? PAGE);
  return parse(escaped(JSON.parse(text)));
};
const change = (value: object, field = 'messages', time?: number) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '419561257915477', ...(time ? { time } : {}), changes: [{ field, value }] }],
});
const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' };
const whatsapp = (value: object) => parse(escaped(change({ metadata, ...value })));
const status = (more: object) => ({ id: WAMID, status: 'sent', timestamp: '1750857384', ...more });
const events = (object: string, ...messaging: object[]) =>
  parse(escaped({ object, entry: [{ id: PAGE, time: 1_569_262_486_134, messaging }] }));
const between = { sender: { id: PSID }, recipient: { id: PAGE }, timestamp: 1_569_262_485_349 };

describe('what WhatsApp tells', () => {
  it.each([
    ['sent', { fact: 'sent' }],
    ['delivered', { fact: 'delivered' }],
    ['read', { fact: 'read' }],
    ['failed', { fact: 'failed', code: 'outside_window', subtype: 'hard' }],
  ])('the documented status %s', (name, expected) => {
    expect(documented(`whatsapp-status-${name}`)).toEqual({
      facts: [
        {
          ...expected,
          provider: 'whatsapp_cloud',
          channel: 'whatsapp',
          occurredAt: '2025-06-25T13:16:24.000Z',
          providerEventId: `${idOfWamid(WAMID)}:${name}:1750857384`,
          providerMessageId: idOfWamid(WAMID),
          payloadDigest: expect.stringMatching(DIGEST),
        },
      ],
      inbound: [],
      faults: [],
    });
  });

  it('the documented messages, with the one of ours that is answered', () => {
    const said = {
      kind: 'message',
      provider: 'whatsapp_cloud',
      channel: 'whatsapp',
      from: '+16505551234',
      to: '106540352242922',
      payloadDigest: expect.stringMatching(DIGEST),
    };
    const plain = documented('whatsapp-message-text');
    expect(plain).toMatchObject({ facts: [], faults: [] });
    expect(plain.inbound).toEqual([
      {
        ...said,
        text: 'Does it come in another color?',
        occurredAt: '2025-06-08T20:59:43.000Z',
        providerEventId: idOfWamid('wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA='),
      },
    ]);
    const answer = documented('whatsapp-message-text-context').inbound?.[0];
    expect(answer).toMatchObject({ ...said, text: 'Is this still available?', inReplyTo: idOfWamid(WAMID) });
  });

  it('names our delivery, attempt and tenant, and nothing where the field is not ours', () => {
    const named = (mark: string) => whatsapp({ statuses: [status({ biz_opaque_callback_data: mark })] }).facts[0];
    expect(named('op|o1.1|2|t1')).toMatchObject({ deliveryId: 'o1.1', attempt: 2, tenantId: 't1' });
    for (const mark of [
      'delivery:d1',
      'op|o1.1|0|t1',
      'op|o1.1|2',
      'op|o1.1|2|t1|x',
      'op|a b|2|t1',
      'op|o1.1|2|person@reader.test',
    ])
      expect(named(mark)).not.toHaveProperty('deliveryId');
  });

  it.each(['sent', 'delivered', 'read'])(
    'that %s reached its person under another number than it was sent to',
    (name) => {
      const biz_opaque_callback_data = `op|o1.1|2|t1|${numberCheck('o1.1', '+5511987654321')}`;
      const reached = (recipient_id: unknown, over: object = {}) =>
        whatsapp({ statuses: [status({ status: name, recipient_id, biz_opaque_callback_data, ...over })] });
      expect(reached('551187654321')).toMatchObject({
        facts: [{ fact: name, deliveryId: 'o1.1', attempt: 2, tenantId: 't1' }],
        inbound: [
          { kind: 'alias', from: '+551187654321', to: '106540352242922', reached: { deliveryId: 'o1.1', attempt: 2 } },
        ],
        faults: [],
      });
      expect(reached('551187654321').inbound?.[0]?.providerEventId).toBe('alias:o1.1:2');
      expect(JSON.stringify(reached('551187654321').facts)).not.toContain('8765');
      for (const { facts, inbound } of [
        reached('5511987654321'),
        reached('551187654321', { biz_opaque_callback_data: 'op|o1.1|2|t1' }),
        reached('551187654321', { status: 'failed' }),
        reached('nobody'),
        reached(undefined),
      ])
        expect([facts.length, inbound]).toEqual([1, []]);
      expect(reached('551187654321', { biz_opaque_callback_data: 'theirs' }).inbound).toEqual([]);
    },
  );

  it('says read without ever having said delivered: one fact, and no more is made of it', () => {
    const { facts } = whatsapp({ statuses: [status({ status: 'read' })] });
    expect(facts.map(({ fact }) => fact)).toEqual(['read']);
  });

  it.each([
    [131050, { code: 'opted_out', subtype: 'hard' }],
    [131026, { code: 'undeliverable', subtype: 'hard' }],
    [132015, { code: 'template_paused', subtype: 'hard' }],
    [131000, { code: 'send_failed' }],
    [131048, { code: 'spam_limit' }],
    [999999, { code: 'meta_999999' }],
  ])('failed with %i, which may or may not be tried again', (code, expected) => {
    const told = whatsapp({ statuses: [status({ status: 'failed', errors: [{ code, title: 'PROSE' }] })] }).facts;
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ fact: 'failed', ...expected });
    expect(told[0]?.subtype).toBe('subtype' in expected ? 'hard' : undefined);
    expect(JSON.stringify(told)).not.toContain('PROSE');
  });

  it('failed without a reason', () => {
    expect(whatsapp({ statuses: [status({ status: 'failed' })] }).facts[0]).toMatchObject({ code: 'unstated' });
  });

  it('keeps what it does not know: other states, other fields, errors of the account', () => {
    expect(whatsapp({ statuses: [status({ status: 'played' })] }).facts[0]).toMatchObject({
      fact: 'other',
      unknownEvent: 'played',
    });
    expect(whatsapp({ statuses: [status({ status: '+16505551234' })] }).facts[0]?.unknownEvent).toBe('unnamed');
    const field = parse(escaped(change({ event: 'APPROVED' }, 'message_template_status_update', 1_750_857_384)));
    expect(field.facts[0]).toMatchObject({ fact: 'other', unknownEvent: 'message_template_status_update' });
    const errors = parse(escaped(change({ metadata, errors: [{ code: 130429 }] }, 'messages', 1_750_857_384)));
    expect(errors.facts[0]).toMatchObject({ fact: 'other', unknownEvent: 'errors' });
  });

  it.each([
    [{ type: 'button', button: { payload: 'p', text: 'Yes' } }, { text: 'Yes' }],
    [{ type: 'interactive', interactive: { type: 'button_reply', button_reply: { title: 'Stop' } } }, { text: 'Stop' }],
    [{ type: 'interactive', interactive: { type: 'list_reply', list_reply: { title: 'Two' } } }, { text: 'Two' }],
    [{ type: 'image', image: { id: '1', caption: 'Look' } }, { text: 'Look' }],
    [
      { type: 'reaction', reaction: { message_id: WAMID, emoji: '👍' } },
      { text: '👍', inReplyTo: idOfWamid(WAMID) },
    ],
    [{ type: 'system', system: { body: 'changed number' } }, { automatic: true }],
    [{ type: 'audio', audio: { id: '1' } }, {}],
    [{ type: 'unsupported' }, {}],
  ])('hears %j', (message, expected) => {
    const messages = [{ from: '16505551234', id: 'wamid.ABCDEFGH', timestamp: '1749416383', ...message }];
    const { inbound, faults } = whatsapp({ messages });
    expect(faults).toEqual([]);
    expect(inbound?.[0]).toMatchObject({ kind: 'message', from: '+16505551234', ...expected });
  });

  it.each([
    ['stop', 'stop'],
    ['resume', 'start'],
  ])('hears "%s" said in WhatsApp’s own settings', (value, keyword) => {
    const user_preferences = [
      { wa_id: '16505551234', category: 'marketing_messages', value, timestamp: 1_731_705_721 },
    ];
    const { inbound } = parse(escaped(change({ metadata, user_preferences }, 'user_preferences')));
    expect(inbound).toMatchObject([{ kind: 'message', keyword, from: '+16505551234', to: '106540352242922' }]);
  });
});

describe('what Messenger and Instagram tell', () => {
  const page = { provider: 'messenger', channel: 'facebook', from: PSID, to: PAGE };

  it('the documented delivery: a fact for each message it names, and a receipt up to its watermark', () => {
    const { facts, inbound, faults } = documented('messenger-delivery');
    const mid = 'mid.1458668856218:ed81099e15d3f4f233';
    expect(faults).toEqual([]);
    expect(facts).toMatchObject([
      { fact: 'delivered', providerMessageId: mid, providerEventId: `${mid}:delivered`, provider: 'messenger' },
    ]);
    expect(inbound).toMatchObject([
      { ...page, kind: 'receipt', receipt: { fact: 'delivered', until: '2016-03-22T17:47:36.253Z' } },
    ]);
  });

  it('a delivery that names no message at all', () => {
    const { facts, inbound } = events('page', { ...between, delivery: { watermark: 1_458_668_856_253 } });
    expect(facts).toEqual([]);
    expect(inbound).toMatchObject([{ kind: 'receipt', receipt: { fact: 'delivered' } }]);
  });

  it('the documented read is a receipt up to its watermark, under a key that names nobody and that repeats share', () => {
    const [receipt] = documented('messenger-read').inbound ?? [];
    expect(receipt).toMatchObject({
      ...page,
      kind: 'receipt',
      occurredAt: '2016-03-22T17:47:36.463Z',
      receipt: { fact: 'read', until: '2016-03-22T17:47:36.253Z' },
    });
    expect(receipt?.providerEventId).toMatch(/^digest-[0-9a-f]{64}$/);
    expect(documented('messenger-read').inbound?.[0]?.providerEventId).toBe(receipt?.providerEventId);
    const later = events('page', { ...between, read: { watermark: 1_458_668_856_254 } }).inbound?.[0];
    expect(later?.providerEventId).not.toBe(receipt?.providerEventId);
  });

  it('the documented messages', () => {
    expect(documented('messenger-message').inbound).toMatchObject([
      { ...page, kind: 'message', text: 'hello, world!', providerEventId: expect.stringMatching(/^m_qr6/) },
    ]);
    expect(documented('instagram-message').inbound).toMatchObject([
      {
        provider: 'instagram',
        channel: 'instagram',
        from: PSID,
        text: 'Hi, is this available?',
        providerEventId: 'mid.abc',
      },
    ]);
  });

  it('the documented "seen" of Instagram names the message', () => {
    expect(documented('instagram-seen')).toMatchObject({
      facts: [{ fact: 'read', provider: 'instagram', providerMessageId: 'mid.abc', providerEventId: 'mid.abc:read' }],
      inbound: [],
      faults: [],
    });
  });

  it.each(['page', 'instagram'])('an echo on %s is no reply of anybody', (object) => {
    const message = { mid: 'm_1', text: 'Hello', is_echo: true, app_id: 1 };
    expect(events(object, { ...between, message })).toEqual({ facts: [], inbound: [], faults: [] });
  });

  it('an echo of a message with our ids says that it was taken', () => {
    const message = { mid: 'm_1', is_echo: true, metadata: 'op|o1.1|2|t1' };
    expect(events('page', { ...between, message }).facts).toMatchObject([
      { fact: 'sent', providerMessageId: 'm_1', deliveryId: 'o1.1', attempt: 2, tenantId: 't1' },
    ]);
  });

  it('an answer names what it answers, a postback says its title, a picture says nothing', () => {
    const { inbound } = events(
      'instagram',
      { ...between, message: { mid: 'm_2', text: 'Yes', reply_to: { mid: 'm_1' } } },
      { ...between, postback: { mid: 'm_3', title: 'Get started', payload: 'p' } },
      { ...between, message: { mid: 'm_4', attachments: [{ type: 'image' }] } },
    );
    expect(inbound).toMatchObject([
      { text: 'Yes', inReplyTo: 'm_1' },
      { text: 'Get started', providerEventId: 'm_3' },
      { providerEventId: 'm_4' },
    ]);
    expect(inbound?.[2]).not.toHaveProperty('text');
  });

  it('hears Instagram’s login, which tells the same things as changes', () => {
    const changes = [
      { field: 'messages', value: { ...between, timestamp: '1569262485', message: { mid: 'm_5', text: 'Hi' } } },
      { field: 'comments', value: { id: '1' } },
    ];
    const body = { object: 'instagram', entry: [{ id: PAGE, time: 1_569_262_486, changes }] };
    expect(parse(escaped(body))).toMatchObject({
      inbound: [{ text: 'Hi', occurredAt: '2019-09-23T18:14:45.000Z' }],
      facts: [{ fact: 'other', unknownEvent: 'comments' }],
      faults: [],
    });
  });

  it('keeps what it does not know', () => {
    const { facts } = events(
      'page',
      { ...between, reaction: { mid: 'm_1', action: 'react', emoji: 'x' } },
      { ...between, policy_enforcement: { action: 'block' } },
      { ...between, message: { mid: 'm_1', is_deleted: true } },
    );
    expect(facts.map(({ fact, unknownEvent }) => [fact, unknownEvent])).toEqual([
      ['other', 'reaction'],
      ['other', 'policy_enforcement'],
      ['other', 'message_deleted'],
    ]);
    expect(facts[0]?.providerMessageId).toBe('m_1');
  });
});

describe('a body of Meta’s', () => {
  it('holds entries, changes and events of any number; bad ones spoil no good ones', () => {
    const good = { metadata, statuses: [status({}), status({ status: 'read' })], messages: [] };
    const body = {
      object: 'whatsapp_business_account',
      entry: [
        change(good).entry[0],
        'text',
        {
          id: '1',
          changes: [
            null,
            { field: 'messages', value: { metadata, statuses: [null, { id: WAMID }, good.statuses[0]] } },
          ],
        },
        change({ metadata, messages: [{ from: 'x', timestamp: '1749416383' }, { from: '16505551234' }] }).entry[0],
      ],
    };
    const { facts, faults } = parse(escaped(body));
    expect(facts.map(({ fact }) => fact)).toEqual(['sent', 'read', 'sent']);
    expect(faults.map(({ index, code }) => [index, code])).toEqual([
      [2, 'not_an_object'],
      [3, 'not_an_object'],
      [4, 'not_an_object'],
      [5, 'event_name_missing'],
      [7, 'party_missing'],
      [8, 'timestamp_unreadable'],
    ]);
  });

  it('gives the same element the same digest in any batch and any escaping', () => {
    const said = status({ note: 'Grüße' });
    const [alone] = whatsapp({ statuses: [said] }).facts;
    const plain = Buffer.from(JSON.stringify(change({ metadata, statuses: [status({}), said] })));
    expect(parse(plain).facts[1]?.payloadDigest).toBe(alone?.payloadDigest);
  });

  it.each(['', '[]', '{', 'null', '"x"'])('%j is none', (text) => {
    expect(parse(Buffer.from(text))).toEqual({
      facts: [],
      faults: [{ index: -1, code: 'not_a_json_object', raw: text }],
    });
  });

  it.each([{}, { object: 'page' }, { object: 'user', entry: [{}] }, { entry: [{}] }])('%j is none of these', (body) => {
    expect(parse(escaped(body))).toMatchObject({ facts: [], faults: [{ index: 0 }] });
  });

  it('carries nothing of the person into any fact', () => {
    const soiled = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, '+16505551234']));
    const keys = ['recipient_id', 'biz_opaque_callback_data', 'conversation', 'title', 'message', 'mid', 'metadata'];
    const facts = [
      ...['sent', 'read', 'failed', '+16505551234'].flatMap(
        (name) => whatsapp({ statuses: [status({ ...soiled(keys), status: name, errors: [soiled(keys)] })] }).facts,
      ),
      ...events('page', { ...between, message: { is_echo: true, ...soiled(keys) } }).facts,
      ...events('page', { ...between, delivery: { mids: ['m_1', '+1 650 5551234'], watermark: 1_458_668_856_253 } })
        .facts,
      ...events('page', { ...between, '+16505551234': { ...soiled(keys) } }).facts,
    ];
    expect(facts.length).toBeGreaterThan(5);
    expect(JSON.stringify(facts)).not.toMatch(/6505551234|5275811702471834|MTY1MDM4Nzk0Mzk/);
  });
});
