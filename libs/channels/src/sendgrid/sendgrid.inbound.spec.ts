import { describe, expect, it } from '@jest/globals';
import { attemptAddress } from '../reply-address/reply.token.js';
import { readWebhook, type ParsedInbound } from '../webhook.parser.js';
import { PARSE_HEADERS, parseSample, parseWire, signed } from './sendgrid.fixture.js';
import { createSendgridWebhook } from './sendgrid.webhook.js';

const parser = createSendgridWebhook();
const at = 1_507_772_000; // a minute after the documented mail
const documented = parseSample('inbound-parse');
type Fields = Readonly<Record<string, string | Buffer>>;

const reading = async (rawBody: Buffer) => readWebhook(parser, rawBody, { headers: headersAt(at) });
const headersAt = (seconds: number) => ({ ...signed(Buffer.from('--'), seconds).headers, ...PARSE_HEADERS });
async function read(changes: Fields = {}): Promise<ParsedInbound> {
  const { inbound = [], faults, facts } = await reading(parseWire({ ...documented, ...changes }));
  expect([facts, faults, inbound.length]).toEqual([[], [], 1]);
  return inbound[0]!;
}
const withHeader = (line: string) => ({ headers: `${line}\n${String(documented['headers'])}` });

describe('a mail that Inbound Parse posts in parts', () => {
  it('is who wrote, to whom it really came, when, and what', async () => {
    expect(await read()).toEqual({
      kind: 'message',
      provider: 'sendgrid',
      channel: 'email',
      providerEventId: expect.stringMatching(/^inbound-[0-9a-f]{64}$/),
      occurredAt: '2017-10-12T01:31:04.000Z',
      from: 'from+test@example.org',
      to: 'test@inbound.example.com',
      subject: 'Test subject',
      text: 'Test body plain',
      authentic: true,
      payloadDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is the same event however often it is posted, and another one to another address', async () => {
    const { providerEventId } = await read();
    expect((await read({ spam_score: '2' })).providerEventId).toBe(providerEventId);
    const envelope = '{"to":["other@inbound.example.com"],"from":"envelope-from@example.org"}';
    expect((await read({ envelope })).providerEventId).not.toBe(providerEventId);
  });

  it('came to the signed reply address, whoever else it came to', async () => {
    const name = { deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1', attempt: 1 };
    const to = attemptAddress('reply', name, { key: 'k'.repeat(32), domain: 'inbound.example.com' });
    expect(to).toMatch(/^r\+/);
    expect(
      await read({ envelope: JSON.stringify({ to: ['x@example.com', to], from: 'a@example.org' }) }),
    ).toMatchObject({ to });
  });

  it('answers the message of ours that SendGrid named, else whatever it says it answers', async () => {
    const ours = await read(withHeader('In-Reply-To: <14c5d75ce93.dfd.64b469@geopod-ismtpd-1-0>'));
    expect(ours.inReplyTo).toBe('14c5d75ce93.dfd.64b469');
    const listed = withHeader('References: <first@example.org>\n <LRzXl_NHStOGhQ4kofSm_A@ismtpd-555>');
    expect((await read(listed)).inReplyTo).toBe('LRzXl_NHStOGhQ4kofSm_A');
    expect((await read(withHeader('In-Reply-To: <theirs@example.org>'))).inReplyTo).toBe('theirs@example.org');
    expect(await read()).not.toHaveProperty('inReplyTo');
  });

  it('is text in the charset it states, and in UTF-8 where it states none that is known', async () => {
    const text = Buffer.from('St\xf6p', 'latin1');
    expect((await read({ text, charsets: '{"text":"iso-8859-1"}' })).text).toBe('Stöp');
    expect((await read({ text: 'Stöp', charsets: '{"text":"no-such"}' })).text).toBe('Stöp');
    expect((await read({ text: 'Stöp', charsets: '[]' })).text).toBe('Stöp');
    expect((await read({ subject: Buffer.from('ус', 'utf16le'), charsets: '{"subject":"utf-16le"}' })).subject).toBe(
      'ус',
    );
  });

  it('is without what it quotes, and read from its page where it has no text', async () => {
    expect((await read({ text: 'Stop\r\n\r\n> Hello\r\n' })).text).toBe('Stop');
    expect((await read({ text: '', html: '<style>p{}</style><p>Stop</p>' })).text).toBe('Stop');
  });

  it.each(['Auto-Submitted: auto-replied', 'Precedence: bulk', 'X-Autoreply: yes'])(
    'with %s was written by a machine',
    async (line) => {
      expect((await read(withHeader(line))).automatic).toBe(true);
      expect(await read(withHeader('Auto-Submitted: no'))).not.toHaveProperty('automatic');
    },
  );

  it('that nobody sent was written by a machine', async () => {
    expect((await read({ envelope: '{"to":["test@inbound.example.com"],"from":""}' })).automatic).toBe(true);
  });

  it('happened when it says, unless the signed instant of the call belies it', async () => {
    const dated = (date: string) => ({ headers: `From: a@example.org\nDate: ${date}\n` });
    expect((await read(dated('Thu, 12 Oct 2017 01:00:00 +0000'))).occurredAt).toBe('2017-10-12T01:00:00.000Z');
    const called = new Date(at * 1000).toISOString();
    for (const date of ['Thu, 12 Oct 2034 01:00:00 +0000', 'Thu, 12 Oct 2000 01:00:00 +0000', 'soon'])
      expect((await read(dated(date))).occurredAt).toBe(called);
  });

  it('has attachments, of which nothing is kept', async () => {
    const file = Buffer.alloc(3 * 1024 * 1024, 'a-canary ');
    const { inbound, faults } = await reading(parseWire(documented, [file]));
    expect(faults).toEqual([]);
    expect(inbound?.[0]).toMatchObject({ text: 'Test body plain' });
    expect(JSON.stringify(inbound)).not.toContain('canary');
  });
});

describe('whether it is from whom it says', () => {
  const other = { envelope: '{"to":["test@inbound.example.com"],"from":"a@esp.example"}' };
  it.each<[string, Fields, boolean]>([
    ['a signature of its domain passed', other, true],
    ['one of several did', { ...other, dkim: '{@esp.example : fail, @example.org : pass}' }, true],
    ['the envelope is of its domain and SPF passed', { dkim: 'none' }, true],
    ['SPF did not pass', { dkim: 'none', SPF: 'softfail' }, false],
    ['SPF passed for another domain', { ...other, dkim: 'none' }, false],
    ['a signature of another domain passed', { ...other, dkim: '{@esp.example : pass}' }, false],
    ['its domain’s own signature failed', { ...other, dkim: '{@example.org : fail}' }, false],
    ['the list is of another form', { ...other, dkim: '{@example.org : pass}, {@x : pass' }, false],
    ['nothing is said', { ...other, dkim: '', SPF: '' }, false],
  ])('%s', async (_name, changes, authentic) => {
    expect((await read(changes)).authentic === true).toBe(authentic);
  });

  it('is not said by a signature whose domain is made to look like two', async () => {
    const signature = 'DKIM-Signature: v=1; d=example.org : pass, @esp.example; s=x';
    expect(await read({ ...other, ...withHeader(signature) })).not.toHaveProperty('authentic');
  });
});

describe('a mail that is posted raw', () => {
  const raw = parseSample('inbound-parse-raw');

  it('is read from its own MIME, and vouched for as any other', async () => {
    const { inbound } = await reading(parseWire(raw));
    expect(inbound?.[0]).toMatchObject({
      from: 'test@example.org',
      to: 'test@inbound.example.com',
      subject: 'Raw MIME test',
      text: "It's a body…",
      occurredAt: new Date(at * 1000).toISOString(),
      authentic: true,
    });
  });

  it('is flagged, and names what it answers', async () => {
    const email = `Auto-Submitted: auto-replied\nIn-Reply-To: <abc@ismtpd-1>\n${String(raw['email'])}`;
    expect((await reading(parseWire({ ...raw, email }))).inbound?.[0]).toMatchObject({
      automatic: true,
      inReplyTo: 'abc',
    });
  });

  it('is no mail without headers', async () => {
    expect((await reading(parseWire({ ...raw, email: '' }))).faults[0]?.code).toBe('not_a_mail');
  });
});

describe('what is refused as a whole', () => {
  const faultOf = async (rawBody: Buffer) => {
    const { facts, faults, inbound } = await reading(rawBody);
    expect([facts, inbound]).toEqual([[], undefined]);
    return faults[0]?.code;
  };
  const injected = (name: string, value: string) =>
    `Hello\r\n--xYzZY\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
  const failing = { ...documented, dkim: 'none', SPF: 'fail' };

  it('fields that somebody wrote into a mail, with the border everyone knows', async () => {
    const { SPF, ...rest } = failing;
    expect(await faultOf(parseWire({ ...rest, text: injected('SPF', 'pass'), SPF }))).toBe('not_a_form');
    const ended = `${injected('SPF', 'pass')}\r\n--xYzZY--`;
    expect(await faultOf(parseWire({ ...rest, text: ended, SPF }))).toBe('not_a_form');
  });

  it.each([
    ['nothing but a border', Buffer.from('--xYzZY'), 'not_a_form'],
    ['a form that is cut off', parseWire(documented).subarray(0, -9), 'not_a_form'],
    ['a form without anybody in it', parseWire({ text: 'x' }), 'address_unreadable'],
  ])('%s', async (_name, rawBody, code) => {
    expect(await faultOf(rawBody)).toBe(code);
  });
});

describe('the signature of a mail', () => {
  const rawBody = parseWire(documented);
  const late = (seconds: number, headers: object = PARSE_HEADERS) => {
    const request = signed(rawBody, at);
    return { ...request, headers: { ...request.headers, ...headers }, now: (at + seconds) * 1000 };
  };

  it('holds as long as SendGrid comes again, which is longer than for events', () => {
    expect(parser.verify(late(72 * 3600)).kind).toBe('valid');
    expect(parser.verifyHead(late(72 * 3600)).kind).toBe('valid');
    expect(parser.verify(late(74 * 3600)).kind).toBe('invalid');
    expect(parser.verify(late(72 * 3600, { 'content-type': 'application/json' })).kind).toBe('invalid');
    expect(createSendgridWebhook({ toleranceSeconds: 300 }).verify(late(301)).kind).toBe('invalid');
  });

  it('says what the bytes are, whatever type is stated beside them', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=other'])
      expect((await readWebhook(parser, rawBody, late(1, { 'content-type': type }))).inbound).toHaveLength(1);
    const events = Buffer.from('[]\r\n');
    expect(await readWebhook(parser, events, { headers: PARSE_HEADERS })).toEqual({ facts: [], faults: [] });
  });
});
