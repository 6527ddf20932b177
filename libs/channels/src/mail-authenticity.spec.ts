import { describe, expect, it } from '@jest/globals';
import { isAuthentic, isAuthenticByResults, saysPass, signingDomains } from './mail-authenticity.policy.js';

const from = 'ada@mail.own.test';

describe('a mail', () => {
  it.each([
    ['its envelope passed SPF', { spf: true, envelopeFrom: 'bounce@mail.own.test' }],
    ['the domain above it signed', { dkim: true, signedBy: ['own.test'] }],
  ])('is authentic where %s', (_what, checks) => expect(isAuthentic({ from, ...checks })).toBe(true));

  it.each([
    ['nothing was checked', {}],
    ['SPF passed for a domain of the forger’s', { spf: true, envelopeFrom: 'me@forger.test' }],
    ['SPF failed', { spf: false, envelopeFrom: from }],
    ['somebody else signed it', { dkim: true, signedBy: ['forger.test'] }],
    ['somebody else signed it as well', { dkim: true, signedBy: ['own.test', 'forger.test'] }],
    ['a domain below it signed', { dkim: true, signedBy: ['x.mail.own.test'] }],
    ['a domain of a like name signed', { dkim: true, signedBy: ['wn.test'] }],
    ['a top level signed', { dkim: true, signedBy: ['test'] }],
    ['nobody signed', { dkim: true, signedBy: [] }],
  ])('is not where %s', (_what, checks) => expect(isAuthentic({ from, ...checks })).toBe(false));

  const results = (text: string, trusted = ['mx.own.test']) => isAuthenticByResults(from, [text], trusted);

  it('is authentic by the results of a server that is trusted', () => {
    expect(results('mx.own.test; dmarc=pass (p=reject; x) header.from=mail.own.test')).toBe(true);
    expect(
      results('mx.own.test 1; spf=fail smtp.mailfrom=a@b.test; dkim=pass header.i=@own.test header.d=own.test'),
    ).toBe(true);
    expect(results('MX.own.test; spf=pass smtp.mailfrom=ada@own.test')).toBe(true);
  });

  it('is not by those of anybody else, nor by what is said of another domain', () => {
    expect(results('mx.forger.test; dmarc=pass header.from=mail.own.test')).toBe(false);
    expect(results('mx.own.test; dmarc=pass header.from=mail.own.test', [])).toBe(false);
    expect(results('mx.own.test; dmarc=fail header.from=mail.own.test')).toBe(false);
    expect(results('mx.own.test; dmarc=pass header.from=own.test')).toBe(false);
    expect(results('mx.own.test; dkim=pass header.d=forger.test; spf=pass smtp.mailfrom=a@forger.test')).toBe(false);
    expect(results('mx.own.test; none (dmarc=pass header.from=mail.own.test)')).toBe(false);
  });

  it.each([
    ['a quoted sender', 'mx.own.test; spf=fail smtp.mailfrom="a; dmarc=pass header.from=mail.own.test"@forger.test'],
    [
      'a quoted sender after a sign',
      'mx.own.test; spf=fail smtp.mailfrom="\\"; dmarc=pass header.from=mail.own.test "@x.test',
    ],
    ['a comment in a comment', 'mx.own.test; spf=fail (of (a) ; dmarc=pass header.from=mail.own.test ; b)'],
    ['a comment that ends early', 'mx.own.test; spf=fail (of "\\) ; dmarc=pass header.from=mail.own.test ; b")'],
    ['a comment without an end', 'mx.own.test; dmarc=pass header.from=mail.own.test (x'],
  ])('cannot say so itself by %s that the server repeats', (_what, text) => expect(results(text)).toBe(false));

  it('is authentic beside what the server repeats, quoted or not', () => {
    expect(results('mx.own.test; spf=pass smtp.mailfrom="ada@own.test"')).toBe(true);
    expect(results('mx.own.test; dkim=pass (of (a) "b) header.d=own.test')).toBe(true);
  });

  it('cannot say itself that it passed beside one who says it did not', () => {
    const said = (...values: string[]) => values.map((value) => ['X-Mailgun-Spf', value] as const);
    expect(saysPass(said('Pass'), 'x-mailgun-spf')).toBe(true);
    expect([saysPass(said('Pass', 'Fail'), 'x-mailgun-spf'), saysPass([], 'x-mailgun-spf')]).toEqual([false, false]);
    expect(
      signingDomains([
        ['DKIM-Signature', 'v=1; a=rsa-sha256; d=own.test; s=x'],
        ['DKIM-Signature', 'odd'],
      ]),
    ).toEqual(['own.test', '']);
  });
});
