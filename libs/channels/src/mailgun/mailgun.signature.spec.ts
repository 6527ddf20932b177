import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { WebhookRequest } from '../webhook.parser.js';
import {
  macOf,
  OTHER_KEY,
  sample,
  signed,
  signedForm,
  SIGNING_KEY,
  TOKEN,
  type MailgunBody,
} from './mailgun.fixture.js';
import { createMailgunWebhook } from './mailgun.webhook.js';

interface VectorCase {
  readonly name: string;
  readonly signing_key: string;
  readonly timestamp: string;
  readonly token: string;
  readonly signature: string;
  readonly expected: boolean;
}
const vectors = JSON.parse(
  readFileSync(new URL('../../samples/mailgun/signature-vectors.json', import.meta.url), 'utf8'),
) as { cases: VectorCase[] };

const parser = createMailgunWebhook();
const at = 1_790_000_000;
const event = sample('delivered').body['event-data'];
const valid = signed(event, at);
const reasonOf = (changes: Partial<WebhookRequest>) => {
  const verdict = parser.verify({ ...valid, ...changes });
  return verdict.kind === 'invalid' ? verdict.reason : 'valid';
};
const withSignature = (changes: Readonly<Record<string, unknown>>): Uint8Array => {
  const body = JSON.parse(Buffer.from(valid.rawBody).toString()) as MailgunBody;
  return Buffer.from(JSON.stringify({ ...body, signature: { ...body.signature, ...changes } }));
};

describe('Mailgun’s webhook signature', () => {
  it.each(vectors.cases.map((c) => [c.name, c] as const))('agrees with the vector %s', (_name, c) => {
    const { timestamp, token, signature } = c;
    const body = { signature: { timestamp, token, signature }, 'event-data': event };
    const verdict = parser.verify({
      headers: { 'content-type': 'application/json' },
      rawBody: Buffer.from(JSON.stringify(body)),
      keys: [c.signing_key],
      now: Number(timestamp) * 1000,
    });
    expect(verdict.kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('stands among the fields of an inbound form', () => {
    const form = signedForm({ recipient: 'r@x.test', sender: 's@x.test' }, at);
    expect(parser.verify(form)).toEqual({ kind: 'valid' });
    expect(parser.verify({ ...form, keys: [OTHER_KEY] })).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('accepts any of several keys while one is being replaced', () => {
    expect(reasonOf({ keys: [OTHER_KEY, SIGNING_KEY] })).toBe('valid');
    expect(reasonOf({ keys: ['', SIGNING_KEY] })).toBe('valid');
    expect(reasonOf({ keys: [OTHER_KEY] })).toBe('signature_mismatch');
    expect(reasonOf({ keys: ['', ''] })).toBe('no_usable_key');
  });

  it('accepts a retry eight hours later, and nothing older or from the future', () => {
    const later = (seconds: number) => ({ now: (at + seconds) * 1000 });
    expect(reasonOf(later(8 * 3600))).toBe('valid');
    expect(reasonOf(later(9 * 3600 + 1))).toBe('timestamp_out_of_tolerance');
    expect(reasonOf(later(-9 * 3600 - 1))).toBe('timestamp_out_of_tolerance');
  });

  it.each([
    ['no token', { token: undefined }, 'signature_missing'],
    ['a number for a timestamp', { timestamp: at }, 'timestamp_malformed'],
    ['a date for a timestamp', { timestamp: '2026-11-20' }, 'timestamp_malformed'],
    ['an object for a token', { token: {} }, 'token_malformed'],
    ['a short signature', { signature: 'abcd' }, 'signature_malformed'],
    ['an upper-case signature', { signature: macOf(at).toUpperCase() }, 'signature_malformed'],
    ['a signature of something else', { signature: macOf(at + 1) }, 'signature_mismatch'],
  ])('refuses %s without throwing', (_name, changes, reason) => {
    expect(reasonOf({ rawBody: withSignature(changes) })).toBe(reason);
  });

  it('refuses a digit moved between timestamp and token, which the signature alone would allow', () => {
    const token = `7${TOKEN}`;
    const honest = signed(event, at, token);
    const moved = { timestamp: `${at}7`, token: TOKEN, signature: macOf(at, token) };
    const rawBody = Buffer.from(JSON.stringify({ signature: moved, 'event-data': event }));
    expect(parser.verify(honest).kind).toBe('valid');
    expect(parser.verify({ ...honest, rawBody })).toMatchObject({ reason: 'timestamp_out_of_tolerance' });
  });

  it('needs a body that Mailgun would send: nothing else is in the headers', () => {
    expect(parser.verifyHead({ headers: {}, now: 0 })).toEqual({ kind: 'invalid', reason: 'content_type' });
    expect(reasonOf({ headers: { 'content-type': 'text/plain' } })).toBe('content_type');
  });
});

describe('what the signature leaves open', () => {
  const forged = (data: object) => {
    const body = JSON.parse(Buffer.from(valid.rawBody).toString()) as MailgunBody;
    return { ...valid, rawBody: Buffer.from(JSON.stringify({ ...body, 'event-data': data })) };
  };

  it('any event under a signature that was seen verifies: the token tells that it was taken with another', () => {
    const other = forged({ event: 'complained', timestamp: at, id: 'made-up' });
    expect(parser.verify(other)).toEqual({ kind: 'valid' });
    const [first, second] = [valid, other].map((request) => parser.replay?.(request.rawBody, request));
    expect(second?.key).toBe(first?.key);
    expect(second?.content).not.toBe(first?.content);
  });

  it('an honest retry is the same, in whatever order and spacing it is written', () => {
    const spaced = JSON.stringify(JSON.parse(Buffer.from(valid.rawBody).toString()), null, 2);
    const turned = forged(Object.fromEntries(Object.entries(event).reverse()));
    for (const rawBody of [Buffer.from(spaced), turned.rawBody])
      expect(parser.replay?.(rawBody, valid)).toEqual(parser.replay?.(valid.rawBody, valid));
  });

  it('another token is another key', () => {
    const next = signed(event, at, 'another-token');
    expect(parser.replay?.(next.rawBody, next)?.key).not.toBe(parser.replay?.(valid.rawBody, valid)?.key);
  });

  it('reads a body as deep as it likes without falling over', () => {
    const deep = Buffer.from(
      `{"signature":{"timestamp":"${at}","token":"${TOKEN}","signature":"${macOf(at)}"},"event-data":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    );
    expect(parser.replay?.(deep, valid)?.key).toEqual(expect.any(String));
  });
});

const RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 1_000;

describe('mutations', () => {
  it(`accepts nothing forged and refuses nothing valid in ${RUNS}`, () => {
    const kinds = ['case', 'key-order', 'rotated', 'repeat', 'none'] as const;
    const forgeries = ['signature', 'timestamp', 'token', 'key', 'stale', 'early', 'event'] as const;
    const tally: Record<string, number> = {};
    const names = ['accepted', 'delivered', 'opened', 'clicked', 'complained', 'failed-permanent', 'rejected'];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...kinds, ...forgeries), fc.nat(), (name, kind, n) => {
        tally[kind] = (tally[kind] ?? 0) + 1;
        const honest = signed(sample(name).body['event-data'], at, `${TOKEN}${n}`);
        const harmless = (kinds as readonly string[]).includes(kind);
        expect(accepts(honest, mutated(honest, kind, n))).toBe(harmless);
      }),
      { numRuns: RUNS },
    );
    expect(Object.keys(tally)).toHaveLength(kinds.length + forgeries.length);
  });
});

/** As whoever receives decides, the honest one having come first. */
function accepts(first: WebhookRequest, request: WebhookRequest): boolean {
  if (parser.verify(request).kind === 'invalid') return false;
  const [seen, now] = [first, request].map((each) => parser.replay?.(each.rawBody, each));
  return seen?.key !== now?.key || seen?.content === now?.content;
}

function mutated(request: WebhookRequest, kind: string, n: number): WebhookRequest {
  const body = JSON.parse(Buffer.from(request.rawBody).toString()) as MailgunBody;
  const rewritten = (change: object) => ({ ...request, rawBody: Buffer.from(JSON.stringify({ ...body, ...change })) });
  const signature = (change: object) => rewritten({ signature: { ...body.signature, ...change } });
  const text = (name: string) => String(body.signature[name]);
  const flipped = (value: string) => {
    const at = n % value.length;
    const code = value.charCodeAt(at) ^ (1 << (n % 7));
    return value.slice(0, at) + String.fromCharCode(code) + value.slice(at + 1);
  };
  switch (kind) {
    case 'signature':
      return signature({ signature: flipped(text('signature')) });
    case 'timestamp':
      return signature({ timestamp: flipped(text('timestamp')) });
    case 'token':
      return signature({ token: flipped(text('token')) });
    case 'event':
      return rewritten({ 'event-data': { ...body['event-data'], event: 'complained', forged: n } });
    case 'key':
      return { ...request, keys: [OTHER_KEY] };
    case 'stale':
      return { ...request, now: request.now + (9 * 3600 + 1 + (n % 1000)) * 1000 };
    case 'early':
      return { ...request, now: request.now - (9 * 3600 + 1 + (n % 1000)) * 1000 };
    case 'rotated':
      return { ...request, keys: n % 2 === 0 ? [OTHER_KEY, SIGNING_KEY] : [SIGNING_KEY, OTHER_KEY] };
    case 'case':
      return {
        ...request,
        headers: { [n % 2 === 0 ? 'CONTENT-TYPE' : 'content-Type']: 'Application/JSON; charset=utf-8' },
      };
    case 'key-order':
      return rewritten({
        signature: Object.fromEntries(Object.entries(body.signature).reverse()),
        'event-data': Object.fromEntries(Object.entries(body['event-data']).reverse()),
      });
    default:
      return { ...request, now: request.now + (n % (8 * 3600)) * 1000 };
  }
}
