import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import { eventIdOf, identifyEvents } from './event-id.js';
import type { EventIdParts } from './event-id.js';

const parts = { stream: 'outreach-1', commandId: 'command-1', index: 0, type: 'Requested', data: { a: 1, b: [true] } };

/** JSON values of well-formed text: what may stand in an event. */
const json = fc.jsonValue();
const anyParts: fc.Arbitrary<EventIdParts> = fc.record({
  stream: fc.string({ unit: 'grapheme' }),
  commandId: fc.string({ unit: 'grapheme' }),
  index: fc.nat(50),
  type: fc.string({ unit: 'grapheme' }),
  data: json,
});

/** The same value with every object's keys written in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reversed(item)]);
  return Object.fromEntries(entries.reverse());
}

describe('the id of an event', () => {
  it('never changes between releases', () => {
    expect(eventIdOf(parts)).toBe('947376b8-c809-5185-9aba-61d228390264');
  });

  it('is a UUID of version 5', () => {
    fc.assert(
      fc.property(anyParts, (some) => {
        expect(eventIdOf(some)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
    );
  });

  it('is what the uuid package makes of the same parts', () => {
    const prefixed = (all: readonly (string | Buffer)[]): Buffer =>
      Buffer.concat(
        all.flatMap((part) => {
          const bytes = Buffer.from(part as string);
          const length = Buffer.alloc(4);
          length.writeUInt32BE(bytes.length);
          return [length, bytes];
        }),
      );
    fc.assert(
      fc.property(anyParts, (some) => {
        const { stream, commandId, index, type, data } = some;
        const digest = createHash('sha256')
          .update(prefixed([type, canonicalize(data) ?? '']))
          .digest();
        const name = prefixed([stream, commandId, String(index), digest]);
        expect(eventIdOf(some)).toBe(v5(name, 'a4b9a1f6-2f0e-5d0c-9a55-0c1b6c0f3d7e'));
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(anyParts, (some) => {
        expect(eventIdOf({ ...some, data: reversed(some.data) })).toBe(eventIdOf(some));
      }),
    );
  });

  it('differs when any part differs', () => {
    fc.assert(
      fc.property(anyParts, anyParts, (one, other) => {
        const same = JSON.stringify(canonicalOrder(one)) === JSON.stringify(canonicalOrder(other));
        expect(eventIdOf(one) === eventIdOf(other)).toBe(same);
      }),
    );
  });

  it.each([
    ['stream', { ...parts, stream: 'outreach-2' }],
    ['command', { ...parts, commandId: 'command-2' }],
    ['index', { ...parts, index: 1 }],
    ['type', { ...parts, type: 'Refused' }],
    ['data', { ...parts, data: { a: 2, b: [true] } }],
    ['the border between stream and command', { ...parts, stream: 'outreach-1c', commandId: 'ommand-1' }],
    ['the border between command and index', { ...parts, commandId: 'command-', index: 10 }],
  ])('differs when only %s differs', (_name, other) => {
    expect(eventIdOf(other)).not.toBe(eventIdOf(parts));
  });

  it('refuses data without a JSON form', () => {
    expect(() => eventIdOf({ ...parts, data: undefined })).toThrow(TypeError);
    expect(() => eventIdOf({ ...parts, data: { ratio: Number.NaN } })).toThrow('NaN');
  });

  it('is the same whether taken alone or with the bytes to store', () => {
    const [only] = identifyEvents(parts.stream, parts.commandId, [{ type: parts.type, data: parts.data }]);
    expect(only?.id).toBe(eventIdOf(parts));
    expect(only?.json.toString('utf8')).toBe('{"a":1,"b":[true]}');
  });
});

function canonicalOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalOrder);
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? 0 : value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, canonicalOrder(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
