// Meta's and X's signatures: the documented vectors, and whatever can be done to a signed request.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { escaped, OTHER_SECRET, sample, samplePath, SECRET, signedBy } from './meta/meta.fixture.js';
import { createMetaWebhook, META_SIGNATURE } from './meta/meta.webhook.js';
import type { WebhookRequest } from './webhook.parser.js';
import { createXWebhook, X_SIGNATURE } from './x-dm/x.webhook.js';

interface VectorCase {
  readonly name: string;
  readonly app_secret?: string;
  readonly consumer_secret?: string;
  readonly body?: string;
  readonly header?: string;
  readonly crc_token?: string;
  readonly response_token?: string;
}
const vectors = (provider: 'meta' | 'x') =>
  (JSON.parse(readFileSync(samplePath(provider, 'signature-vectors'), 'utf8')) as { cases: VectorCase[] }).cases;

const RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 1_000;
const bodies = {
  meta: ['whatsapp-message-text', 'whatsapp-status-failed', 'messenger-delivery', 'instagram-message'],
  x: ['x-dm-message-create', 'x-dm-mark-read'],
} as const;

describe.each([
  { provider: 'meta', parser: createMetaWebhook(), header: META_SIGNATURE },
  { provider: 'x', parser: createXWebhook(), header: X_SIGNATURE },
] as const)('the signature of $provider', ({ provider, parser, header }) => {
  const wire = (name: string) => escaped(sample(provider, name).body);
  const valid = signedBy(wire(bodies[provider][0]), header);
  const signature = (valid.headers as Record<string, string>)[header.name] ?? '';
  const reasonOf = (changes: Partial<WebhookRequest>) => {
    const verdict = parser.verify({ ...valid, ...changes });
    return verdict.kind === 'invalid' ? verdict.reason : 'valid';
  };

  it('agrees with every vector', () => {
    let checked = 0;
    for (const { body, header: text, app_secret, consumer_secret } of vectors(provider)) {
      if (body === undefined || text === undefined) continue;
      const keys = [app_secret ?? consumer_secret ?? ''];
      const request = { headers: { [header.name]: text }, rawBody: Buffer.from(body), keys, now: 0 };
      expect(parser.verify(request)).toEqual({ kind: 'valid' });
      expect(parser.verify({ ...request, rawBody: Buffer.from(`${body} `) })).toMatchObject({ kind: 'invalid' });
      checked++;
    }
    expect(checked).toBeGreaterThan(0);
  });

  it('covers the bytes, not their meaning: escaped and unescaped are two bodies', () => {
    const said = { ...sample(provider, bodies[provider][0]).body, note: 'Grüße' };
    const signed = signedBy(escaped(said), header);
    expect(signed.rawBody.toString()).toContain('Gr\\u00fc\\u00dfe');
    expect(parser.verify(signed)).toEqual({ kind: 'valid' });
    const meant = Buffer.from(JSON.stringify(said));
    expect(parser.verify({ ...signed, rawBody: meant })).toMatchObject({ reason: 'signature_mismatch' });
  });

  it('accepts any of several secrets while one is being replaced, and none that is empty', () => {
    expect(reasonOf({ keys: [OTHER_SECRET, SECRET] })).toBe('valid');
    expect(reasonOf({ keys: ['', SECRET] })).toBe('valid');
    expect(reasonOf({ keys: [OTHER_SECRET] })).toBe('signature_mismatch');
    expect(reasonOf({ keys: [''] })).toBe('no_usable_key');
    expect(parser.verify({ ...signedBy(valid.rawBody, header, ''), keys: [''] })).toMatchObject({ kind: 'invalid' });
  });

  it.each([
    ['none', undefined, 'signature_missing'],
    ['two', [signature, signature], 'signature_missing'],
    ['another algorithm', signature.replace('sha256', 'sha1'), 'signature_malformed'],
    ['none but its prefix', 'sha256=', 'signature_malformed'],
    ['half of one', signature.slice(0, -20), 'signature_malformed'],
    ['one with more behind it', `${signature}00`, 'signature_malformed'],
    ['another spelling', signature.toUpperCase().replace('SHA256', 'sha256'), /signature_m/],
  ])('refuses %s without throwing', (_name, value, reason) => {
    const said = reasonOf({ headers: { [header.name]: value } });
    expect(said).toMatch(reason);
    expect(parser.verifyHead({ headers: { [header.name]: value }, now: 0 }).kind).toBe(
      said === 'signature_mismatch' ? 'valid' : 'invalid',
    );
  });

  it(`accepts nothing forged and refuses nothing valid in ${RUNS} mutations`, () => {
    const kinds = ['body', 'signature', 'key', 'order', 'moved', 'case', 'rotation', 'none'] as const;
    const tally: Record<string, number> = {};
    const signed = bodies[provider].map((name) => signedBy(wire(name), header));
    fc.assert(
      fc.property(fc.constantFrom(...signed), fc.constantFrom(...kinds), fc.nat(), (request, kind, n) => {
        tally[kind] = (tally[kind] ?? 0) + 1;
        const other = signed[(signed.indexOf(request) + 1) % signed.length] ?? request;
        const harmless = ['case', 'rotation', 'none'].includes(kind);
        const verdict = parser.verify(mutate(request, { kind, n, name: header.name, other }));
        expect(verdict.kind).toBe(harmless ? 'valid' : 'invalid');
      }),
      { numRuns: RUNS },
    );
    expect(Object.keys(tally)).toHaveLength(kinds.length);
  });
});

interface Mutation {
  readonly kind: string;
  readonly n: number;
  /** Of the header. */
  readonly name: string;
  readonly other: WebhookRequest;
}

/** One change that must not matter, or one that must. */
function mutate(request: WebhookRequest, { kind, n, name, other }: Mutation): WebhookRequest {
  const signature = (request.headers as Record<string, string>)[name] ?? '';
  switch (kind) {
    case 'body':
      return { ...request, rawBody: flipped(request.rawBody, n) };
    case 'signature': {
      const forged = Buffer.from(flipped(Buffer.from(signature, 'latin1'), n)).toString('latin1');
      return { ...request, headers: { [name]: forged } };
    }
    case 'key':
      return { ...request, keys: [`${SECRET}${n}`] };
    case 'order': {
      const parsed = Object.entries(JSON.parse(request.rawBody.toString()) as object).toReversed();
      return { ...request, rawBody: Buffer.from(JSON.stringify(Object.fromEntries(parsed))) };
    }
    case 'moved':
      return { ...request, headers: other.headers };
    case 'rotation':
      return { ...request, keys: [`${OTHER_SECRET}${n}`, ...request.keys] };
    case 'case': {
      const spelt = [...name].map((c, i) => ((n >> (i % 31)) & 1 ? c.toUpperCase() : c)).join('');
      return { ...request, headers: { [spelt]: signature } };
    }
    default:
      return request;
  }
}

function flipped(bytes: Uint8Array, n: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const bit = n % (copy.length * 8);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('being asked who we are', () => {
  const ask = (query: Record<string, string | undefined>, verifyTokens = ['VERIFY']) =>
    createMetaWebhook({ verifyTokens }).challenge?.({ query, headers: {}, keys: [SECRET] });
  const documented = { 'hub.mode': 'subscribe', 'hub.verify_token': 'VERIFY', 'hub.challenge': '1158201444' };

  it('Meta gets its challenge back when it knows the word, also an older one', () => {
    const said = { kind: 'answer', contentType: 'text/plain', body: '1158201444' };
    expect(ask(documented)).toEqual(said);
    expect(ask(documented, ['NEWER', 'VERIFY'])).toEqual(said);
  });

  it.each([
    [{ 'hub.verify_token': 'GUESS' }, 'token_mismatch'],
    [{ 'hub.verify_token': undefined }, 'token_mismatch'],
    [{ 'hub.mode': 'unsubscribe' }, 'mode_unknown'],
    [{ 'hub.challenge': '<script>' }, 'challenge_malformed'],
    [{ 'hub.challenge': undefined }, 'challenge_malformed'],
  ])('Meta gets nothing for %j', (change, reason) => {
    expect(ask({ ...documented, ...change })).toEqual({ kind: 'refused', reason });
  });

  it('Meta, asking for an account with words of its own, knows those and not the installation’s', () => {
    const parser = createMetaWebhook({ verifyTokens: ['VERIFY'] });
    const asked = (words: readonly string[]) => parser.challenge?.({ query: documented, headers: {}, keys: [], words });
    expect(asked(['OLD', 'VERIFY'])).toMatchObject({ kind: 'answer' });
    expect(
      createMetaWebhook().challenge?.({ query: documented, headers: {}, keys: [], words: ['VERIFY'] }),
    ).toMatchObject({
      kind: 'answer',
    });
    expect(asked(['OTHER'])).toMatchObject({ kind: 'refused', reason: 'token_mismatch' });
    expect(asked([])).toMatchObject({ kind: 'refused', reason: 'token_mismatch' });
  });

  it('nobody knows the word where there is none', () => {
    expect(ask({ ...documented, 'hub.verify_token': '' }, [''])).toMatchObject({ kind: 'refused' });
    expect(ask(documented, [])).toMatchObject({ kind: 'refused' });
  });

  it('X gets the documented answer, with the secret in use', () => {
    const [crc] = vectors('x').filter(({ crc_token }) => crc_token !== undefined);
    const keys = [crc?.consumer_secret ?? '', OTHER_SECRET];
    const query = { crc_token: crc?.crc_token };
    expect(createXWebhook().challenge?.({ query, headers: {}, keys })).toEqual({
      kind: 'answer',
      contentType: 'application/json',
      body: JSON.stringify({ response_token: crc?.response_token }),
    });
  });

  it('X gets nothing without a token or without a secret', () => {
    const { challenge } = createXWebhook();
    expect(challenge?.({ query: {}, headers: {}, keys: [SECRET] })).toMatchObject({ kind: 'refused' });
    expect(challenge?.({ query: { crc_token: 'a' }, headers: {}, keys: [''] })).toMatchObject({ kind: 'refused' });
  });
});
