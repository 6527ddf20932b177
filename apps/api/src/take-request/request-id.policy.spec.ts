import { describe, expect, it } from '@jest/globals';
import { prefersAsync, requestIdOf } from './request-id.policy.js';

const fresh = 'made-here';

describe('requestIdOf', () => {
  it('takes the body before the header before a fresh one', () => {
    expect(requestIdOf({ requestId: 'body', idempotencyKey: 'header', fresh })).toBe('body');
    expect(requestIdOf({ idempotencyKey: 'header', fresh })).toBe('header');
    expect(requestIdOf({ fresh })).toBe(fresh);
  });

  it('reads a key in quotes as the key itself', () => {
    expect(requestIdOf({ idempotencyKey: ' "abc 1" ', fresh })).toBe('abc 1');
  });

  it.each(['', '""', 'x'.repeat(201), 'ü', 'a\tb'])('refuses %j by name', (idempotencyKey) => {
    expect(() => requestIdOf({ idempotencyKey, fresh })).toThrow(
      expect.objectContaining({ details: { errors: [expect.objectContaining({ field: 'Idempotency-Key' })] } }),
    );
  });

  it('looks at the key even when the body goes before it', () => {
    expect(() => requestIdOf({ requestId: 'body', idempotencyKey: '', fresh })).toThrow();
  });
});

describe('prefersAsync', () => {
  it.each([
    ['respond-async', true],
    ['wait=5, Respond-Async', true],
    ['respond-async; foo=1', true],
    ['respond-asynchronously', false],
    ['', false],
    [undefined, false],
  ])('%j: %s', (prefer, expected) => expect(prefersAsync(prefer)).toBe(expected));
});
