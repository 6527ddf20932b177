import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { standardHeaders } from '../standard-webhook.signature.js';
import type { WebhookRequest } from '../webhook.parser.js';
import { attemptAddress } from '../reply-address/reply.token.js';
import { bounceAddress, fromBounceAddress, fromMessageId, messageIdOf } from './mail.references.js';
import { createSmtpWebhook } from './smtp.webhook.js';

const sample = (name: string): Buffer => readFileSync(new URL(`../../samples/smtp/${name}.eml`, import.meta.url));
const { parseLater, verify } = createSmtpWebhook();
const called = Date.parse('2026-11-22T01:02:00Z') / 1000;
const head = { headers: { 'webhook-timestamp': String(called) } };
const read = (raw: Buffer | string) => parseLater!(Buffer.from(raw), head)!;
const about = { deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1', attempt: 1, tenantId: 'tenant-1' };

describe('a mail about a mail of ours', () => {
  it.each([
    ['bounce-hard', { fact: 'bounced', subtype: 'hard', code: 'invalid_address' }],
    ['bounce-hard-unstated', { fact: 'bounced', subtype: 'hard', code: 'invalid_address' }],
    ['bounce-by-returned-headers', { fact: 'bounced', subtype: 'hard', code: 'invalid_address' }],
    ['bounce-mailbox-full', { fact: 'bounced', subtype: 'soft', code: 'mailbox_full' }],
    ['bounce-expired', { fact: 'bounced', subtype: 'soft', code: 'expired' }],
    ['bounce-policy', { fact: 'bounced', subtype: 'soft', code: 'smtp_5_7_1' }],
    ['delayed', { fact: 'deferred', code: 'mailbox_unavailable' }],
    ['delivered', { fact: 'delivered' }],
    ['relayed', { fact: 'other', unknownEvent: 'relayed' }],
    ['complaint', { fact: 'complained', code: 'abuse' }],
  ])('%s', async (name, meaning) => {
    const { facts, faults, inbound } = await read(sample(name));
    expect({ faults, inbound }).toEqual({ faults: [], inbound: undefined });
    expect(facts).toEqual([
      {
        ...about,
        ...meaning,
        occurredAt: '2026-11-22T01:00:00.000Z',
        providerMessageId: `${about.deliveryId}.1@sender.test`,
        providerEventId: expect.stringMatching(/^report-[0-9a-f]{40}-[a-z]+$/),
        payloadDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(JSON.stringify(facts)).not.toMatch(/PROSE|reader\.test/);
  });

  it('is the same fact when it is posted again with another header before it', async () => {
    const again = Buffer.concat([Buffer.from('Received: from elsewhere.test\r\n'), sample('bounce-hard')]);
    const ids = await Promise.all(
      [sample('bounce-hard'), again].map(async (raw) => (await read(raw)).facts[0]?.providerEventId),
    );
    expect(ids[1]).toBe(ids[0]);
  });

  it('is dated by the call where its own date cannot be', async () => {
    for (const date of ['Sun, 22 Nov 2099 01:00:00 +0000', 'Sun, 22 Nov 2009 01:00:00 +0000', 'yesterday']) {
      const raw = sample('bounce-hard').toString().replace('Sun, 22 Nov 2026 01:00:00 +0000', date);
      expect((await read(raw)).facts[0]?.occurredAt).toBe('2026-11-22T01:02:00.000Z');
    }
  });

  it('that came to a signed address is believed by that alone, and none that came to another is', async () => {
    const keys = ['k'.repeat(32)];
    const [key = ''] = keys;
    const signed = attemptAddress('bounce', about, { key, domain: 'bounces.sender.test' }) ?? '';
    const unsigned = bounceAddress(about, 'bounces.sender.test');
    const bounce = sample('bounce-hard-unstated')
      .toString()
      .replaceAll(/message-id: [^\r\n]*\r?\n/gi, '');
    const came = (to: string) =>
      Buffer.from(`Delivered-To: ${to}\r\n${bounce.replaceAll(/bounce\+\S+@[\w.]+/g, 'x@x.test')}`);
    const factsWith = async (to: string, addresses: Parameters<typeof createSmtpWebhook>[0]) =>
      (await createSmtpWebhook(addresses).parseLater!(came(to), head))!.facts;
    const { deliveryId, attempt } = about;
    const [fact] = await factsWith(signed, { keys });
    expect(fact).toMatchObject({ fact: 'bounced', deliveryId, attempt, attested: true });
    expect(fact).not.toHaveProperty('tenantId');
    expect(await factsWith(signed, { keys: ['o'.repeat(32)] })).toEqual([]);
    expect(await factsWith(unsigned, { keys })).toEqual([]);
    expect(await factsWith(unsigned, { keys, unsigned: true })).toMatchObject([about]);
    expect(await factsWith(unsigned, { keys: [] })).toMatchObject([about]);
  });

  it('that names none of ours is nobody’s bounce', async () => {
    const { facts, inbound } = await read(sample('bounce-of-a-stranger'));
    expect(facts).toEqual([]);
    expect(inbound).toMatchObject([{ automatic: true, from: 'mailer-daemon@mx.reader.test' }]);
  });
});

describe('a mail that somebody wrote', () => {
  it('is handed on without what it quotes, with the message of ours that it answers', async () => {
    expect((await read(sample('reply'))).inbound).toEqual([
      {
        kind: 'message',
        provider: 'smtp',
        channel: 'email',
        providerEventId: expect.stringMatching(/^mail-[0-9a-f]{40}$/),
        occurredAt: '2026-11-22T01:00:00.000Z',
        from: 'person@reader.test',
        to: 'r+abc@inbound.sender.test',
        subject: 'Re: A subject – yes',
        text: 'Grüße, yes please.',
        inReplyTo: `${about.deliveryId}.1@sender.test`,
        payloadDigest: expect.any(String),
      },
    ]);
  });

  it('is flagged where a machine wrote it', async () => {
    expect((await read(sample('out-of-office'))).inbound).toMatchObject([
      { automatic: true, text: 'I am away & back on Monday.' },
    ]);
    const plain = sample('reply').toString();
    expect((await read(plain)).inbound?.[0]?.automatic).toBeUndefined();
    for (const header of [
      'Auto-Submitted: auto-generated',
      'X-Autoreply: yes',
      'Precedence: bulk',
      'List-Id: <l.test>',
    ])
      expect((await read(`${header}\r\n${plain}`)).inbound?.[0]?.automatic).toBe(true);
    expect((await read(`Auto-Submitted: no\r\n${plain}`)).inbound?.[0]?.automatic).toBeUndefined();
  });

  it('that nobody can read is kept as a fault', async () => {
    expect((await read('')).faults).toMatchObject([{ index: -1, code: 'not_a_mail' }]);
    expect((await read('Subject: x\r\nDate: Sun, 22 Nov 2026 01:00:00 +0000\r\n\r\nhi')).faults).toMatchObject([
      { code: 'sender_missing' },
    ]);
    const deep = Array.from(
      { length: 40 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    );
    expect((await read(`From: a@x.test\r\n${deep.join('')}`)).faults).toMatchObject([{ code: 'not_a_mail' }]);
  });
});

describe('what a mail’s addresses name', () => {
  it('is what was put into them', () => {
    const uuid = fc.uuid().map((id) => id.toLowerCase());
    const ref = fc.record({
      deliveryId: fc.tuple(uuid, fc.integer({ min: 1, max: 9 })).map(([id, leg]) => `${id}.${leg}`),
      attempt: fc.integer({ min: 1, max: 99 }),
      tenantId: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/),
    });
    fc.assert(
      fc.property(ref, (of) => {
        const { deliveryId, attempt, tenantId } = of;
        const address = bounceAddress(of, 'bounces.sender.test');
        expect(address.indexOf('@')).toBeLessThanOrEqual(64);
        expect(fromMessageId(`<${messageIdOf(of, 'sender.test')}>`)).toEqual({ deliveryId, attempt });
        const tenant = address.includes('=') ? { tenantId } : {};
        expect(fromBounceAddress(address)).toEqual({ deliveryId, attempt, ...tenant });
      }),
    );
  });

  it('is nothing where nothing of ours stands in them', () => {
    for (const strange of ['', 'bounce@x.test', 'bounce+@x.test', 'r+1@x.test', 'bounce+x.1@x.test', '<a@b>'])
      expect([fromBounceAddress(strange), fromMessageId(strange)]).toEqual([undefined, undefined]);
  });
});

const key = `whsec_${Buffer.from('a key of at least sixteen bytes').toString('base64')}`;
const other = Buffer.from('another key of sixteen bytes').toString('base64');
const signed = (body: Buffer, by = key, seconds = called): WebhookRequest => ({
  headers: standardHeaders(by, { id: 'mail-1', seconds, body }),
  rawBody: body,
  keys: [key],
  now: called * 1000,
});

describe('the signature of a mail', () => {
  const valid = signed(sample('bounce-hard'));

  it('agrees with the vectors', () => {
    const file = new URL('../../samples/smtp/signature-vectors.json', import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
      cases: { secret: string; id: string; timestamp: number; payload: string; signature: string; expected: boolean }[];
    };
    for (const { secret, id, timestamp, payload, signature, expected } of cases) {
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
      const request = { headers, rawBody: Buffer.from(payload), keys: [secret], now: timestamp * 1000 };
      expect(verify(request).kind).toBe(expected ? 'valid' : 'invalid');
    }
  });

  it('holds for five minutes, under any key in force and among several signatures', () => {
    expect(verify(valid)).toEqual({ kind: 'valid' });
    expect(verify({ ...valid, now: (called + 300) * 1000 })).toEqual({ kind: 'valid' });
    expect(verify({ ...valid, now: (called + 301) * 1000 })).toMatchObject({ reason: 'timestamp_out_of_tolerance' });
    expect(verify({ ...valid, keys: [other, key] })).toEqual({ kind: 'valid' });
    expect(verify({ ...valid, keys: [other] })).toMatchObject({ reason: 'signature_mismatch' });
    const several = `v1a,AAAA v1,${Buffer.alloc(32).toString('base64')} ${valid.headers['webhook-signature'] as string}`;
    expect(verify({ ...valid, headers: { ...valid.headers, 'webhook-signature': several } })).toEqual({
      kind: 'valid',
    });
  });

  it('accepts nothing forged and refuses nothing valid', () => {
    const runs = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 500;
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
    const spot = fc.record({ at: fc.nat(), bit: fc.nat(7) });
    const change = fc.oneof(
      spot.map(({ at, bit }) => ({ what: 'body' as const, at, bit })),
      fc.tuple(fc.constantFrom(...names), spot).map(([name, s]) => ({ what: 'header' as const, name, ...s })),
      fc.integer({ min: 301, max: 1e6 }).map((late) => ({ what: 'time' as const, late })),
      fc.constantFrom('case' as const, 'order' as const, 'key' as const).map((what) => ({ what })),
    );
    fc.assert(
      fc.property(change, (c) => {
        switch (c.what) {
          case 'body': {
            const rawBody = Buffer.from(valid.rawBody);
            const at = c.at % rawBody.length;
            rawBody[at] = (rawBody[at] ?? 0) ^ (1 << c.bit);
            return expect(verify({ ...valid, rawBody }).kind).toBe('invalid');
          }
          case 'header': {
            const bytes = Buffer.from(valid.headers[c.name] as string, 'latin1');
            const at = c.at % bytes.length;
            bytes[at] = (bytes[at] ?? 0) ^ (1 << c.bit);
            return expect(
              verify({ ...valid, headers: { ...valid.headers, [c.name]: bytes.toString('latin1') } }).kind,
            ).toBe('invalid');
          }
          case 'time':
            return expect(verify({ ...valid, now: (called + c.late) * 1000 }).kind).toBe('invalid');
          case 'key':
            return expect(verify(signed(sample('reply'), other)).kind).toBe('invalid');
          case 'case':
            return expect(
              verify({
                ...valid,
                headers: Object.fromEntries(Object.entries(valid.headers).map(([n, v]) => [n.toUpperCase(), v])),
              }).kind,
            ).toBe('valid');
          case 'order':
            return expect(
              verify({ ...valid, headers: Object.fromEntries(Object.entries(valid.headers).toReversed()) }).kind,
            ).toBe('valid');
        }
      }),
      { numRuns: runs },
    );
  });
});

describe('a mail that a stranger made to be slow to read', () => {
  const html = (body: string) =>
    `From: a@reader.test\r\nTo: us@sender.test\r\nDate: Sun, 22 Nov 2026 01:00:00 +0000\r\nContent-Type: text/html\r\n\r\n${body}`;

  it.each([
    ['styles without end', '<style '.repeat(150_000)],
    ['breaks without end', '<br '.repeat(250_000)],
    ['brackets', '<'.repeat(1_000_000)],
  ])('of %s is read all the same', async (_what, body) => {
    const { inbound, faults } = await read(html(`Yes, please${body}`));
    expect([faults, inbound?.[0]?.text?.startsWith('Yes, please')]).toEqual([[], true]);
  });

  it('keeps what stands around styles and scripts', async () => {
    const { inbound } = await read(html('Yes<style>p{}</style>,<SCRIPT>a<b</SCRIPT > <p>please</p>'));
    expect(inbound?.[0]?.text).toBe('Yes, please');
  });
});
