import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { WebhookRequest } from '../webhook.parser.js';
import { otherSigner, sample, signed, signer, wire } from './sendgrid.fixture.js';
import { createSendgridWebhook } from './sendgrid.webhook.js';

interface VectorCase {
  readonly name: string;
  readonly public_key: string;
  readonly timestamp: string;
  readonly payload: string;
  readonly signature: string;
  readonly expected: boolean;
}
const vectorFile = new URL('../../samples/sendgrid/signature-vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(vectorFile, 'utf8')) as { cases: VectorCase[] };

const { verify } = createSendgridWebhook();
const SIGNATURE = 'X-Twilio-Email-Event-Webhook-Signature';
const TIMESTAMP = 'X-Twilio-Email-Event-Webhook-Timestamp';
const at = 1_790_000_000;
const valid = signed(wire(sample('batch-all').body), at);
const reasonOf = (changes: Partial<WebhookRequest>) => {
  const verdict = verify({ ...valid, ...changes });
  return verdict.kind === 'invalid' ? verdict.reason : 'valid';
};

describe('SendGrid’s webhook signature', () => {
  it.each(vectors.cases.map((c) => [c.name, c] as const))('agrees with the vector %s', (_name, c) => {
    const verdict = verify({
      headers: { [SIGNATURE]: c.signature, [TIMESTAMP]: c.timestamp },
      rawBody: Buffer.from(c.payload),
      keys: [c.public_key],
      now: Number(c.timestamp) * 1000,
    });
    expect(verdict.kind).toBe(c.expected ? 'valid' : 'invalid');
  });

  it('covers the bytes, not their meaning', () => {
    const compact = Buffer.from(JSON.stringify(JSON.parse(valid.rawBody.toString()) as unknown));
    expect(reasonOf({ rawBody: compact })).toBe('signature_mismatch');
  });

  it('accepts any of several keys while one is being replaced', () => {
    expect(reasonOf({ keys: [otherSigner.publicKey, signer.publicKey] })).toBe('valid');
    expect(reasonOf({ keys: ['', 'AAAA', signer.publicKey] })).toBe('valid');
    expect(reasonOf({ keys: [otherSigner.publicKey] })).toBe('signature_mismatch');
    expect(reasonOf({ keys: ['', 'AAAA'] })).toBe('no_usable_key');
  });

  it.each([
    ['no signature', { [SIGNATURE]: undefined }, 'signature_missing'],
    ['no timestamp', { [TIMESTAMP]: undefined }, 'signature_missing'],
    ['two signatures', { [SIGNATURE]: ['a', 'b'] }, 'signature_missing'],
    ['one signature twice under two spellings', { [SIGNATURE.toLowerCase()]: 'AAAA' }, 'signature_missing'],
    ['text for base64', { [SIGNATURE]: 'not base64 at all!' }, 'signature_malformed'],
    ['base64 of no DER', { [SIGNATURE]: 'AAAAAAAA' }, 'signature_mismatch'],
    ['an empty DER sequence', { [SIGNATURE]: 'MAA=' }, 'signature_mismatch'],
    ['a zero signature', { [SIGNATURE]: 'MAYCAQACAQA=' }, 'signature_mismatch'],
    ['a date for a timestamp', { [TIMESTAMP]: '2026-11-20' }, 'timestamp_malformed'],
  ])('refuses %s without throwing', (_name, headers, reason) => {
    expect(reasonOf({ headers: { ...valid.headers, ...headers } })).toBe(reason);
  });

  it('refuses digits moved from the timestamp to the body, which the signature alone would allow', () => {
    const stamp = String(at);
    const rawBody = Buffer.concat([Buffer.from(stamp.slice(-2)), valid.rawBody]);
    const headers = { ...valid.headers, [TIMESTAMP]: stamp.slice(0, -2) };
    const now = Number(stamp.slice(0, -2)) * 1000;
    expect(reasonOf({ headers, rawBody, now })).toBe('body_malformed');
  });

  it('accepts a retry a day later, and nothing older or from the future', () => {
    const later = (seconds: number) => ({ now: (at + seconds) * 1000 });
    expect(reasonOf(later(24 * 3600))).toBe('valid');
    expect(reasonOf(later(26 * 3600))).toBe('timestamp_out_of_tolerance');
    expect(reasonOf(later(-26 * 3600))).toBe('timestamp_out_of_tolerance');
    const strict = createSendgridWebhook({ toleranceSeconds: 300 });
    expect(strict.verify({ ...valid, ...later(301) })).toMatchObject({ kind: 'invalid' });
    expect(strict.verify({ ...valid, ...later(299) })).toMatchObject({ kind: 'valid' });
  });

  it('knows from the headers alone what no body could make valid', () => {
    const { verifyHead } = createSendgridWebhook();
    const late = { now: (at + 26 * 3600) * 1000 };
    expect(verifyHead(valid)).toEqual({ kind: 'valid' });
    expect(verifyHead({ ...valid, headers: {} })).toEqual({ kind: 'invalid', reason: 'signature_missing' });
    expect(verifyHead({ ...valid, ...late })).toEqual({ kind: 'invalid', reason: 'timestamp_out_of_tolerance' });
  });

  it('accepts nothing forged and refuses nothing valid in 1,000 mutations', () => {
    const events = fc.array(fc.constantFrom(...sample('batch-all').body), { minLength: 1, maxLength: 12 });
    const mutation = fc.constantFrom('body', 'signature', 'timestamp', 'key', 'case', 'rotation', 'none');
    const tally: Record<string, number> = {};
    fc.assert(
      fc.property(events, mutation, fc.nat(), (list, kind, n) => {
        tally[kind] = (tally[kind] ?? 0) + 1;
        const mutated = mutate(signed(wire(list), at), kind, n);
        const harmless = ['case', 'rotation', 'none'].includes(kind);
        expect(verify(mutated).kind).toBe(harmless ? 'valid' : 'invalid');
      }),
      { numRuns: 1_000 },
    );
    expect(Object.keys(tally)).toHaveLength(7);
  });
});

/** One change that must not matter, or one flipped bit of something that is signed or signs. */
function mutate(request: WebhookRequest, kind: string, n: number): WebhookRequest {
  const headers: Record<string, string> = { ...(request.headers as Record<string, string>) };
  const flipped = (bytes: Uint8Array) => {
    const copy = Uint8Array.from(bytes);
    const bit = n % (copy.length * 8);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  };
  switch (kind) {
    case 'body':
      return { ...request, rawBody: flipped(request.rawBody) };
    case 'signature':
      headers[SIGNATURE] = Buffer.from(flipped(Buffer.from(headers[SIGNATURE] ?? '', 'latin1'))).toString('latin1');
      return { ...request, headers };
    case 'timestamp':
      headers[TIMESTAMP] = String(at + 1 + (n % 1000));
      return { ...request, headers };
    case 'key':
      return { ...request, keys: [otherSigner.publicKey] };
    case 'rotation':
      return { ...request, keys: [otherSigner.publicKey, ...request.keys] };
    case 'case': {
      const spell = (name: string) =>
        [...name].map((c, i) => ((n >> (i % 31)) & 1 ? c.toUpperCase() : c.toLowerCase()));
      const renamed = Object.entries(headers).map(([name, value]) => [spell(name).join(''), value]);
      return { ...request, headers: Object.fromEntries(renamed) as Record<string, string> };
    }
    default:
      return request;
  }
}
