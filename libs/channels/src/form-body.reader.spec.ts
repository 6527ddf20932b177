import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mediaTypeOf, readForm } from './form-body.reader.js';

const multipart = (border: string) => ({ 'Content-Type': `multipart/form-data; boundary=${border}` });
const part = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

describe('a posted form', () => {
  it('is read as it was encoded', () => {
    const headers = { 'CONTENT-TYPE': 'application/x-www-form-urlencoded; charset=utf-8' };
    const form = readForm(Buffer.from('a=1&b=%C3%A4+x&a=2'), headers);
    expect([...(form ?? [])]).toEqual([
      ['a', '1'],
      ['b', 'ä x'],
    ]);
  });

  it('is read part by part, line breaks in values kept, files left out, the first of a name counts', () => {
    const file = 'Content-Disposition: form-data; name="f"; filename="a"\r\nContent-Type: x/y\r\n\r\n\x00\r\n';
    const body = ['', part('a', 'one\r\ntwo'), file, part('b', 'ä'), part('a', 'again'), part('c', '')].join('--B\r\n');
    const form = readForm(Buffer.from(`preamble\r\n${body}--B--\r\n`), multipart('"B"'));
    expect([...(form ?? [])]).toEqual([
      ['a', 'one\r\ntwo'],
      ['b', 'ä'],
      ['c', ''],
    ]);
  });

  it('is none without its border, its end or its type', () => {
    const body = Buffer.from(`--B\r\n${part('a', '1')}--B--`);
    expect(readForm(body, multipart('B'))?.get('a')).toBe('1');
    expect(readForm(body.subarray(0, -2), multipart('B'))).toBeUndefined();
    expect(readForm(body, multipart('C'))).toBeUndefined();
    expect(readForm(body, { 'content-type': 'multipart/form-data' })).toBeUndefined();
    expect(readForm(body, { 'content-type': ['a', 'b'] })).toBeUndefined();
    expect(mediaTypeOf({})).toBe('');
  });

  it('is refused, and soon, where a stranger made it to be slow to read', () => {
    const long = `--B\r\n${'content-disposition:'.repeat(100_000)}\r\n\r\nx\r\n--B--`;
    expect(readForm(Buffer.from(long), multipart('B'))).toBeUndefined();
  });

  it('holds any text under any name, through the encoder of the platform', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed());
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 6 }),
        async (fields) => {
          const form = new FormData();
          for (const [key, value] of fields) form.append(key, value);
          const encoded = new Response(form);
          const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
          const read = readForm(new Uint8Array(await encoded.arrayBuffer()), headers);
          // A form sends every line break as CRLF.
          const sent = fields.map(([key, value]) => [key, value.replace(/\r\n|\r|\n/g, '\r\n')]);
          expect([...(read ?? [])]).toEqual(fields.length === 0 ? [] : sent);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('throws at no bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readForm(bytes, multipart('B'))).not.toThrow();
        expect(() => readForm(Buffer.concat([Buffer.from('--B\r\n'), bytes]), multipart('B'))).not.toThrow();
      }),
    );
  });
});
