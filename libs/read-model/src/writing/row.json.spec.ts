import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toJsonParameter } from './row.json.js';

const parsed = (value: unknown): unknown =>
  JSON.parse(toJsonParameter([{ eventData: value }], ['eventData']))[0].event_data;

describe('toJsonParameter', () => {
  it('gives snake_case keys, bigint as text and null for what is absent', () => {
    const rows: { updatedPosition: bigint; channelUsed?: string }[] = [{ updatedPosition: 2n ** 63n - 1n }];
    expect(toJsonParameter(rows, ['updatedPosition', 'channelUsed'])).toBe(
      '[{"updated_position":"9223372036854775807","channel_used":null}]',
    );
  });

  it('leaves ordinary text alone, backslashes and emoji included', () => {
    const text = 'C:\\u0000 \\ud800 "quoted" \n 😀';
    expect(parsed({ code: text })).toEqual({ code: text });
  });

  it('mends what Postgres cannot hold, in keys and values at any depth', () => {
    expect(parsed({ 'a\u0000': ['x\u0000y', { b: '\ud83d' }] })).toEqual({ a: ['xy', { b: '\ufffd' }] });
  });

  it('never leaves a NUL or half a surrogate, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(0xffff)), (text, units) => {
        const { code } = parsed({ code: text + String.fromCharCode(...units) }) as { code: string };
        expect(code).not.toContain('\u0000');
        expect(Buffer.from(code).toString()).toBe(code);
      }),
    );
  });
});
