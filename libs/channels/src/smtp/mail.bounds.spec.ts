import { describe, expect, it } from '@jest/globals';
import { boundedMail, MOST_LINES, MOST_PART_LINES } from './mail.bounds.js';
import { readMail } from './mail.reader.js';

/** What the reader works on: it costs by the line, not by the byte. */
const linesOf = (raw: Uint8Array): number => Buffer.from(raw).toString('latin1').split('\n').length - 1;
const head = 'From: ada@reader.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n';
const hostile = (line: string, bytes = 1_000_000) => Buffer.from(head + line.repeat(bytes / line.length));

describe('a mail made to be slow to read', () => {
  it.each([
    ['of empty lines', '\n'],
    ['of one letter a line', 'a\r\n'],
    ['of flowed lines', 'a \r\n'],
    ['of quoted ends', '=\r\n'],
    ['of headers', 'A: b\r\n'],
    ['of folded lines', ' b\r\n'],
  ])('%s is handed to its reader no further than 20,000 lines', (_what, line) => {
    const raw = hostile(line);
    expect(linesOf(raw)).toBeGreaterThan(MOST_LINES);
    expect(linesOf(boundedMail(raw))).toBe(MOST_LINES);
  });

  it.each([
    ['of parts', '--b\r\n\r\n\r\n'],
    ['of parts with headers', '--b\r\nContent-Type: image/png\r\n\r\nx\r\n'],
    ['of lines that are almost parts', '--x\r\n'],
  ])('%s is read no further than 1,000 of them', (_what, line) => {
    const bounded = Buffer.from(boundedMail(hostile(line))).toString();
    expect(bounded.split('\n--').length - 1).toBe(MOST_PART_LINES);
  });

  it('says all the same what stands in front', async () => {
    const text = '--b\r\nContent-Type: text/plain\r\n\r\nStop\r\n';
    const mail = await readMail(Buffer.from(`${head}${text}${'--b\r\n\r\nx\r\n'.repeat(2_000)}`));
    expect(mail?.from).toBe('ada@reader.test');
    expect(mail?.text).toMatch(/^Stop/);
  });

  it('with headers beyond 64 KiB is not read', async () =>
    expect(await readMail(Buffer.from(`From: a@x.test\r\nX: ${'y'.repeat(70_000)}\r\n\r\nhi`))).toBeUndefined());
});

describe('a mail of people', () => {
  it('is read whole, with an attachment of a megabyte', () => {
    const line = `${'QUJD'.repeat(19)}\r\n`;
    const raw = Buffer.from(
      `${head}--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\n\r\n${line.repeat(13_000)}--b--\r\n`,
    );
    expect(boundedMail(raw)).toBe(raw);
  });

  it('of no line feed at all, or of nothing, is itself', () => {
    for (const raw of [Buffer.from('x'.repeat(1_000)), Buffer.alloc(0)]) expect(boundedMail(raw)).toBe(raw);
  });
});
