import { describe, expect, it } from '@jest/globals';
import { UnknownSchemaVersionError } from './event-store.errors.js';
import type { EventMetadata } from './event-store.port.js';
import { createUpcasters } from './upcasters.js';

function metadata(schemaVersion: number): EventMetadata {
  return {
    tenantId: 't',
    correlationId: 'c',
    causationId: 'c',
    recordedAt: '2026-01-02T03:04:05.000Z',
    recordedBy: 'test',
    schemaVersion,
  };
}

const named = { type: 'Named', from: 1, to: 2, up: (data: unknown) => ({ ...(data as object), locale: 'en' }) };
const renamed = { type: 'Named', from: 2, to: 3, up: (data: unknown) => ({ wrapped: data }) };

describe('upcasters', () => {
  const upcast = createUpcasters([renamed, named]);

  it('lift an old event through every later version', () => {
    const lifted = upcast('Named', { name: 'x' }, metadata(1));
    expect(lifted.data).toEqual({ wrapped: { name: 'x', locale: 'en' } });
    expect(lifted.metadata.schemaVersion).toBe(3);
  });

  it('enter the chain where the event stands', () => {
    expect(upcast('Named', { name: 'x' }, metadata(2)).data).toEqual({ wrapped: { name: 'x' } });
  });

  it('leave an event of the newest version untouched', () => {
    const data = { wrapped: 1 };
    expect(upcast('Named', data, metadata(3)).data).toBe(data);
  });

  it('refuse an event newer than the software', () => {
    expect(() => upcast('Named', {}, metadata(4))).toThrow(UnknownSchemaVersionError);
    expect(() => upcast('NeverHeardOf', {}, metadata(2))).toThrow('to its own, 1');
  });

  it('refuse an event older than every step', () => {
    const late = createUpcasters([renamed]);
    expect(() => late('Named', {}, metadata(1))).toThrow(UnknownSchemaVersionError);
  });

  it('accept a version declared as the newest without any step', () => {
    const declared = createUpcasters([], { newest: { Born: 2 } });
    expect(declared('Born', { a: 1 }, metadata(2)).data).toEqual({ a: 1 });
  });

  it.each([
    ['backwards', [{ ...named, to: 1 }], 'does not go forward'],
    ['twice from one version', [named, named], 'two upcasters start at'],
    ['a hole', [named, { ...renamed, from: 3, to: 4 }], 'no upcaster leads on'],
  ])('refuse a chain with %s', (_what, steps, message) => {
    expect(() => createUpcasters(steps)).toThrow(message);
  });
});
