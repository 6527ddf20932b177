import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isTrackable, readTracking, signTracking, type TrackingToken } from './tracking.token.js';

const key = 'a tracking key of at least 32 characters';
const other = 'another tracking key of 32 characters or so';
const open: TrackingToken = {
  kind: 'open',
  provider: 'smtp',
  tenantId: 'tenant-1',
  deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1',
  attempt: 2,
  sentAt: 1_790_000_000_123,
};
const click: TrackingToken = { ...open, kind: 'click', link: { position: 3, url: 'https://sender.test/a?b=c&d=é#e' } };

describe('a tracking token', () => {
  it('says what was signed, under any key in force', () => {
    for (const token of [open, click]) {
      expect(readTracking(signTracking(token, key), [other, key])).toEqual(token);
      expect(readTracking(signTracking(token, key), [other])).toBeUndefined();
      expect(readTracking(signTracking(token, key), [])).toBeUndefined();
      expect(signTracking(token, key)).toMatch(/^[\w-]+\.[\w-]{22}$/);
    }
  });

  it('is none when any character of it is another, added, left out or moved', () => {
    const runs = process.env['HOMING_TEST_SIZE'] === 'full' ? 10_000 : 1_000;
    const text = signTracking(click, key);
    const spot = fc.integer({ min: 0, max: text.length - 1 });
    const letter = fc.stringMatching(/^[\w.%/+= -]$/);
    const change = fc.oneof(
      fc.tuple(spot, letter).map(([at, c]) => text.slice(0, at) + c + text.slice(at + 1)),
      fc.tuple(spot, letter).map(([at, c]) => text.slice(0, at) + c + text.slice(at)),
      spot.map((at) => text.slice(0, at) + text.slice(at + 1)),
      fc.tuple(spot, spot).map(([a, b]) => text.slice(a) + text.slice(0, b)),
      fc.string(),
    );
    fc.assert(
      fc.property(change, (changed) => {
        expect(readTracking(changed, [key])).toEqual(changed === text ? click : undefined);
      }),
      { numRuns: runs },
    );
  });

  it('of one mail is no token of another, and an open is no click', () => {
    const [payload] = signTracking(click, key).split('.');
    const [, mac] = signTracking(open, key).split('.');
    expect(readTracking(`${payload}.${mac}`, [key])).toBeUndefined();
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://sender.test/',
    '//evil.test',
    '/path',
    'https://',
    'https://user:pass@sender.test/',
    'https://sender.test\\@evil.test/',
    'https://sender.test/ x',
    'https://sender.test/\r\nset-cookie: a=b',
    'x'.repeat(3_000),
  ])('never leads to %j, whoever signed it', (url) => {
    expect(isTrackable(url)).toBe(false);
    expect(readTracking(signTracking({ ...click, link: { position: 0, url } }, key), [key])).toBeUndefined();
  });
});
