import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WebhookRequest } from '../webhook.parser.js';
import { FORGED, HARMLESS, isHarmless, mutate, mutationRuns } from '../webhook-mutations.fixture.js';
import { AUTH_TOKEN, callbackUrl, meaningOf, PUBLIC_URL, sample, signed, vectors } from './twilio.fixture.js';
import { getExpectedTwilioSignature } from './twilio.sdk.js';
import { createTwilioWebhook } from './twilio.webhook.js';

const { verify, verifyHead } = createTwilioWebhook();
const HEADER = 'X-Twilio-Signature';
const valid = signed(sample('status-delivered').body);
const reasonOf = (changes: Partial<WebhookRequest>) => {
  const verdict = verify({ ...valid, ...changes });
  return verdict.kind === 'invalid' ? verdict.reason : 'valid';
};

describe('Twilio’s webhook signature', () => {
  it.each(vectors.cases.map((c) => [c.name, c] as const))('agrees with the vector: %s', (_name, c) => {
    const form = Object.entries(c.params ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, String(one)]),
    );
    const rawBody = Buffer.from(c.kind === 'json' ? (c.body ?? '') : new URLSearchParams(form).toString());
    const verdict = verify({
      url: c.url,
      headers: { [HEADER]: c.signature },
      rawBody,
      keys: [vectors.auth_token],
      now: 0,
    });
    expect(verdict.kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('refuses a stranger’s form soon, however often one name comes in it', () => {
    expect(reasonOf({ rawBody: Buffer.from('&a'.repeat(700_000)) })).toBe('body_unreadable');
  });

  it('covers the public address: behind a proxy, the one the caller knows', () => {
    expect(reasonOf({ url: callbackUrl.replace('https://hooks.sender.test', 'http://10.0.0.7:3001') })).toBe(
      'signature_mismatch',
    );
    expect(reasonOf({ url: callbackUrl.replace('a=1', 'a=2') })).toBe('signature_mismatch');
    expect(verify({ ...valid, url: undefined } as unknown as WebhookRequest)).toMatchObject({
      reason: 'address_unknown',
    });
    expect(reasonOf({ url: 'not an address' })).toBe('address_unknown');
    expect(reasonOf({ url: callbackUrl.replace('sender.test', 'sender.test:443') })).toBe('valid');
  });

  it('covers fields it has never heard of, in any order, under any escaping', () => {
    const more = signed({ ...sample('status-delivered').body, NewField: 'ü & ☃', 'a[b]': '1', '': 'x' });
    expect(verify(more).kind).toBe('valid');
    const reversed = [...new URLSearchParams(more.rawBody.toString())].toReversed();
    expect(verify({ ...more, rawBody: Buffer.from(new URLSearchParams(reversed).toString()) }).kind).toBe('valid');
    const spelled = Buffer.from(more.rawBody.toString().replaceAll('+', '%20'));
    expect(verify({ ...more, rawBody: spelled }).kind).toBe('valid');
  });

  it('covers a JSON body by the digest in the address alone, and no JSON body without', () => {
    const body = Buffer.from('{"MessageSid":"SM1"}');
    const url = `${PUBLIC_URL}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
    const request = { ...signed({}, { url }), rawBody: body };
    expect(verify(request).kind).toBe('valid');
    expect(verify({ ...request, rawBody: Buffer.from('{"MessageSid":"SM2"}') })).toMatchObject({
      reason: 'body_mismatch',
    });
    expect(verify({ ...signed({}, { url: PUBLIC_URL }), rawBody: body })).toMatchObject({ kind: 'invalid' });
    const twice = `${url}&bodySHA256=${createHash('sha256').update('{}').digest('hex')}`;
    expect(verify({ ...signed({}, { url: twice }), rawBody: Buffer.from('{}') })).toMatchObject({
      reason: 'body_mismatch',
    });
  });

  it.each([
    ['no signature', { [HEADER]: undefined }, 'signature_missing'],
    ['two signatures', { [HEADER]: ['a', 'b'] }, 'signature_missing'],
    ['text for base64', { [HEADER]: 'not base64 at all!' }, 'signature_malformed'],
    ['another length', { [HEADER]: 'AAAA' }, 'signature_malformed'],
  ])('refuses %s before the body is read', (_name, headers, reason) => {
    const changed = { headers: { ...valid.headers, ...headers } };
    expect(verifyHead({ ...valid, ...changed })).toEqual({ kind: 'invalid', reason });
    expect(reasonOf(changed)).toBe(reason);
  });

  it('refuses bytes that are no text: two such bodies would read alike', () => {
    const rawBody = Buffer.concat([Buffer.from('Body='), Buffer.from([0xff])]);
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, callbackUrl, { Body: '\u{fffd}' });
    expect(reasonOf({ rawBody, headers: { [HEADER]: signature } })).toBe('body_unreadable');
  });

  it('accepts nothing forged and refuses nothing valid, whatever is done to a request', () => {
    const text = fc.string({ maxLength: 20 });
    const body = fc.dictionary(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }), text, {
      maxKeys: 8,
    });
    const kinds = fc.constantFrom(...HARMLESS, ...FORGED, 'order' as const, 'address' as const);
    const seen = new Set<string>();
    fc.assert(
      fc.property(body, kinds, fc.nat(), (fields, kind, n) => {
        seen.add(kind);
        const request = signed({ MessageSid: 'SM1', ...fields });
        const mutated =
          kind === 'order'
            ? { ...request, rawBody: shuffled(request.rawBody, n) }
            : kind === 'address'
              ? { ...request, url: `${callbackUrl}${n % 10}` }
              : mutate(request, kind, { n, header: HEADER, otherKey: `other-${AUTH_TOKEN}` });
        const same = kind === 'body-bit' && meaningOf(mutated.rawBody) === meaningOf(request.rawBody);
        const expected = isHarmless(kind) || kind === 'order' || same ? 'valid' : 'invalid';
        expect(verify(mutated).kind).toBe(expected);
      }),
      { numRuns: mutationRuns() },
    );
    expect(seen.size).toBe(HARMLESS.length + FORGED.length + 2);
  });
});

/** The same fields in another order; those of one name keep theirs. */
function shuffled(rawBody: Uint8Array, n: number): Uint8Array {
  const fields = [...new URLSearchParams(Buffer.from(rawBody).toString())];
  const at = n % fields.length;
  return Buffer.from(new URLSearchParams([...fields.slice(at), ...fields.slice(0, at)]).toString());
}
