import { describe, expect, it } from '@jest/globals';
import { escaped, sample } from '../meta/meta.fixture.js';
import { createXWebhook } from './x.webhook.js';

const { parse, challenge, verify } = createXWebhook();
const told = (events: object) => parse(escaped({ for_user_id: '42', ...events }));
const written = (more: object = {}, said: object = {}) => ({
  type: 'message_create',
  id: '954491830116155396',
  created_timestamp: '1516403560557',
  message_create: { sender_id: '7', target: { recipient_id: '42' }, message_data: { text: 'Hello' }, ...said },
  ...more,
});

describe('what X tells', () => {
  it('the documented message', () => {
    expect(parse(escaped(sample('x', 'x-dm-message-create').body))).toEqual({
      facts: [],
      faults: [],
      inbound: [
        {
          kind: 'message',
          provider: 'x_dm',
          channel: 'twitter',
          providerEventId: '954491830116155396',
          occurredAt: '2018-01-19T23:12:40.557Z',
          from: '3001969357',
          to: '4337869213',
          text: 'Hello World!',
          payloadDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
    });
  });

  it('the documented receipt: everything until then, up to the message it names', () => {
    expect(parse(escaped(sample('x', 'x-dm-mark-read').body)).inbound).toMatchObject([
      {
        kind: 'receipt',
        from: '199566737',
        to: '3001969357',
        inReplyTo: '963085315333238788',
        receipt: { fact: 'read', until: '2018-02-12T16:20:44.662Z' },
      },
    ]);
  });

  it('nothing by what we wrote or read ourselves, nor by somebody typing', () => {
    const events = {
      direct_message_events: [written({}, { sender_id: '42', target: { recipient_id: '7' } })],
      direct_message_mark_read_events: [{ created_timestamp: '1518452444662', sender_id: '42' }],
      direct_message_indicate_typing_events: [{ created_timestamp: '1518452444662', sender_id: '7' }],
      users: { '7': { id: '7' } },
      apps: {},
    };
    expect(told(events)).toEqual({ facts: [], inbound: [], faults: [] });
  });

  it('one thing under one key, however often it is told', () => {
    const receipt = { created_timestamp: '1518452444662', sender_id: '7', last_read_event_id: '963085315333238788' };
    const key = (more: object = {}) =>
      told({ direct_message_mark_read_events: [{ ...receipt, ...more }] }).inbound?.[0]?.providerEventId;
    expect(key()).toBe(key());
    expect(key({ sender_id: '8' })).not.toBe(key());
    expect(key({ last_read_event_id: '963085315333238789' })).not.toBe(key());
  });

  it('keeps what it does not know, by the time it can find', () => {
    const { facts, faults } = told({
      follow_events: [{ created_timestamp: '1518452444662' }],
      tweet_create_events: [{ id_str: '1590000000000000000' }, { timestamp_ms: '1518452444662' }],
      user_event: { revoke: {} },
    });
    expect(facts.map(({ unknownEvent }) => unknownEvent)).toEqual([
      'follow_events',
      'tweet_create_events',
      'tweet_create_events',
    ]);
    expect(facts[1]?.occurredAt).toBe('2022-11-08T15:15:15.428Z');
    expect(faults).toMatchObject([{ code: 'timestamp_unreadable' }]);
  });

  it('lets good elements pass beside bad ones', () => {
    const events = [null, written({ created_timestamp: 'soon' }), written({}, { sender_id: '../x' }), written()];
    const { inbound, faults } = told({ direct_message_events: events });
    expect(inbound).toHaveLength(1);
    expect(faults.map(({ code }) => code)).toEqual(['not_an_object', 'timestamp_unreadable', 'party_missing']);
  });

  it('says nothing of a body that is none', () => {
    expect(parse(Buffer.from('[]'))).toMatchObject({ facts: [], faults: [{ index: -1 }] });
  });

  it('does not know who wrote to whom where it is not said for whom', () => {
    const { inbound, faults } = parse(escaped({ direct_message_events: [written()] }));
    expect(inbound).toEqual([]);
    expect(faults).toMatchObject([{ code: 'party_missing' }]);
  });
});

describe('X’s challenge', () => {
  it('is no way to have a webhook signed: what we answer for a token vouches for no body', () => {
    const keys = ['consumer secret'];
    const answer = challenge!({ query: { crc_token: 'abc.1' }, headers: {}, keys });
    const { response_token: signature } = JSON.parse(answer.kind === 'answer' ? answer.body : '{}') as {
      response_token: string;
    };
    const headers = { 'x-twitter-webhooks-signature': signature };
    expect(verify({ headers, keys, rawBody: Buffer.from('abc.1'), now: 0 })).toEqual({
      kind: 'invalid',
      reason: 'body_is_a_token',
    });
  });
});
