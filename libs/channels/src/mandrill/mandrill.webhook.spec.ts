import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { form, key, message, sample, signed, url } from './mandrill.fixture.js';
import { createMandrillWebhook } from './mandrill.webhook.js';

const { parse, verify } = createMandrillWebhook();
const { deliveryId } = message;

describe('Mandrill’s events', () => {
  it.each([
    ['send', { fact: 'sent' }],
    ['deferral', { fact: 'deferred', code: 'smtp_4_3_5' }],
    ['hard_bounce', { fact: 'bounced', subtype: 'hard', code: 'invalid_address' }],
    ['soft_bounce', { fact: 'bounced', subtype: 'soft', code: 'mailbox_full' }],
    ['open', { fact: 'opened' }],
    ['open-by-robot', { fact: 'opened', machine: true }],
    ['click', { fact: 'clicked' }],
    ['spam', { fact: 'complained' }],
    ['unsub', { fact: 'unsubscribed' }],
    ['reject', { fact: 'dropped', code: 'rejected' }],
    ['unknown', { fact: 'other', unknownEvent: 'brand_new' }],
  ])('%s', (name, meaning) => {
    const { facts, faults } = parse(form(sample(name).body));
    expect(faults).toEqual([]);
    expect(facts).toEqual([
      {
        ...meaning,
        provider: 'mandrill',
        occurredAt: '2026-09-21T14:14:20.000Z',
        providerMessageId: 'abcdef012345789abcdef012345789',
        providerEventId: expect.stringMatching(/^event-[0-9a-f]{40}$/),
        payloadDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        deliveryId,
        attempt: 1,
        tenantId: 'tenant-1',
      },
    ]);
    expect(JSON.stringify(facts)).not.toMatch(/PROSE|reader\.test/);
  });

  it('are the same when they come again, in another batch too', () => {
    const [click] = sample('click').body;
    const [send] = sample('send').body;
    const id = (events: unknown[], at: number) => parse(form(events)).facts[at]?.providerEventId;
    expect(id([send, click], 1)).toBe(id([click], 0));
    expect(id([{ ...click, url: 'https://sender.test/other' }], 0)).not.toBe(id([click], 0));
    expect(id([{ ...click, ts: 1_790_000_061 }], 0)).not.toBe(id([click], 0));
  });

  it('that are mail to us are handed on', () => {
    expect(parse(form(sample('inbound').body)).inbound).toMatchObject([
      {
        provider: 'mandrill',
        channel: 'email',
        from: 'person@reader.test',
        to: 'r+abc@inbound.sender.test',
        subject: 'Re: A subject',
        text: 'Yes please',
        inReplyTo: 'abcdef012345789abcdef012345789@mandrillapp.com',
      },
    ]);
    const [event] = sample<{ body: { msg: { headers: object } }[] }>('inbound').body;
    const headers = { ...event!.msg.headers, 'Auto-Submitted': 'auto-replied' };
    expect(parse(form([{ ...event, msg: { ...event!.msg, headers } }])).inbound?.[0]?.automatic).toBe(true);
  });

  it('are surely from whom they say where their signature is, and not because of an envelope that they name themselves', () => {
    const [event] = sample<{ body: { msg: { headers: object } }[] }>('inbound').body;
    const authentic = (over: object, added: object) => {
      const headers = { ...event!.msg.headers, ...added };
      return parse(form([{ ...event, msg: { ...event!.msg, ...over, headers } }])).inbound?.[0]?.authentic;
    };
    const signed = { 'Dkim-Signature': 'v=1; a=rsa-sha256; d=reader.test; s=x; b=x' };
    expect(authentic({ dkim: { signed: true, valid: true } }, signed)).toBe(true);
    expect(authentic({ dkim: { signed: true, valid: false } }, signed)).toBeUndefined();
    const forged = { 'Return-Path': '<person@reader.test>' };
    expect(authentic({ spf: { result: 'pass' }, dkim: {} }, forged)).toBeUndefined();
  });

  it('of the account’s own lists are nobody’s, and one bad event spoils no other', () => {
    expect(parse(form(sample('sync').body))).toMatchObject({ facts: [], faults: [], inbound: [] });
    const { facts, faults } = parse(form([7, {}, { event: 'send' }, ...sample('send').body]));
    expect(facts).toHaveLength(1);
    expect(faults.map(({ index, code }) => [index, code])).toEqual([
      [0, 'not_an_object'],
      [1, 'event_name_missing'],
      [2, 'timestamp_unreadable'],
    ]);
    for (const body of ['', 'a=b', 'mandrill_events=', 'mandrill_events={}', 'mandrill_events=[]&mandrill_events=[]'])
      expect(parse(Buffer.from(body)).faults).toMatchObject([{ index: -1, code: 'not_an_event_list' }]);
  });
});

describe('Mandrill’s signature', () => {
  interface Case {
    readonly name: string;
    readonly keys: string[];
    readonly url: string;
    readonly body: string;
    readonly signature: string;
    readonly expected: boolean;
  }
  it.each(sample<{ cases: Case[] }>('signature-vectors').cases.map((c) => [c.name, c] as const))('%s', (_name, c) => {
    const request = {
      headers: { 'X-Mandrill-Signature': c.signature },
      rawBody: Buffer.from(c.body),
      keys: c.keys,
      now: 0,
    };
    expect(verify({ ...request, url: c.url }).kind).toBe(c.expected ? 'valid' : 'invalid');
    // The address may be stated by whoever configures instead of by who was called.
    expect(createMandrillWebhook({ url: c.url }).verify(request).kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('is none where nobody knows which address was signed', () => {
    const { url: _url, ...valid } = signed(form(sample('send').body));
    expect(verify(valid)).toEqual({ kind: 'invalid', reason: 'address_unknown' });
  });

  it('accepts nothing forged and refuses nothing valid', () => {
    const runs = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 500;
    const valid = signed(form(sample('click').body));
    const events = sample('click').body;
    const decoded = (raw: Uint8Array) => JSON.stringify([...new URLSearchParams(Buffer.from(raw).toString())]);
    const spot = fc.record({ at: fc.nat(), bit: fc.nat(7) });
    const change = fc.oneof(
      spot.map((s) => ({ what: 'body' as const, ...s })),
      spot.map((s) => ({ what: 'signature' as const, ...s })),
      spot.map((s) => ({ what: 'url' as const, ...s })),
      fc
        .constantFrom('key' as const, 'rotated' as const, 'case' as const, 'reordered' as const)
        .map((what) => ({ what })),
    );
    const flipped = (bytes: Uint8Array, { at, bit }: { at: number; bit: number }) => {
      const copy = Buffer.from(bytes);
      copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ (1 << bit);
      return copy;
    };
    fc.assert(
      fc.property(change, (c) => {
        switch (c.what) {
          case 'body': {
            const rawBody = flipped(valid.rawBody, c);
            const same = decoded(rawBody) === decoded(valid.rawBody);
            return expect(verify({ ...valid, rawBody }).kind).toBe(same ? 'valid' : 'invalid');
          }
          case 'signature': {
            const name = 'X-Mandrill-Signature';
            const forged = flipped(Buffer.from(valid.headers[name] as string), c).toString('latin1');
            return expect(verify({ ...valid, headers: { [name]: forged } }).kind).toBe('invalid');
          }
          case 'url':
            return expect(verify({ ...valid, url: flipped(Buffer.from(url), c).toString('latin1') }).kind).toBe(
              'invalid',
            );
          case 'key':
            return expect(verify(signed(form(events), 'another key')).kind).toBe('invalid');
          case 'rotated':
            return expect(verify({ ...valid, keys: ['newer', key] }).kind).toBe('valid');
          case 'case':
            return expect(
              verify({ ...valid, headers: { 'x-MANDRILL-signature': valid.headers['X-Mandrill-Signature'] } }).kind,
            ).toBe('valid');
          case 'reordered':
            // Another order of keys in an event is another text: signed anew it is valid, under the old signature it is not.
            return expect(
              verify({ ...valid, rawBody: form(events.map((e) => Object.fromEntries(Object.entries(e).toReversed()))) })
                .kind,
            ).toBe('invalid');
        }
      }),
      { numRuns: runs },
    );
  });
});

describe('a stranger’s form', () => {
  it('is refused before it is sorted, where it has more fields than Mandrill would send', () => {
    const headers = { 'x-mandrill-signature': Buffer.alloc(20).toString('base64') };
    const fields = Array.from({ length: 1_001 }, (_, index) => `f${index}=1`).join('&');
    const call = { headers, rawBody: Buffer.from(fields), keys: ['k'], url: 'https://hooks.sender.test', now: 0 };
    expect(createMandrillWebhook().verify(call)).toEqual({ kind: 'invalid', reason: 'body_malformed' });
  });
});
