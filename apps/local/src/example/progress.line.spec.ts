import { describe, expect, it } from '@jest/globals';
import { parseExampleFlags } from './example.flags.js';
import { createProgress } from './progress.line.js';

function shown(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const progress = createProgress({ isTTY, write: (text) => written.push(text) }, () => time);
  return { written, progress, at: (ms: number) => (time = ms) };
}

describe('progress', () => {
  it('rewrites one line of a terminal', () => {
    const { written, progress } = shown(true);
    for (const text of ['a', 'b', 'b']) progress.show(text);
    progress.end();
    expect(written.join('')).toBe('\r\u001b[2Ka\r\u001b[2Kb\n');
  });

  it('writes a plain line every two seconds elsewhere, and the last in any case', () => {
    const { written, progress, at } = shown(false);
    for (const ms of [0, 500, 1_999, 2_000, 2_100]) {
      at(ms);
      progress.show(`at ${ms}`);
    }
    progress.end();
    expect(written).toEqual(['at 0\n', 'at 2000\n', 'at 2100\n']);
  });
});

describe('flags', () => {
  it('publishes the file once under a fixed name unless told otherwise', () => {
    expect(parseExampleFlags([])).toEqual({ run: 'first', wait: true, json: false });
    expect(parseExampleFlags(['--run', 'b', '--count', '5', '--rate', '10', '--no-wait', '--json'])).toEqual({
      run: 'b',
      count: 5,
      rate: 10,
      wait: false,
      json: true,
    });
  });

  it.each([[['--speed', '9']], [['--count', '0']], [['--rate', 'x']], [['--run', 'A b']], [['more']]])(
    'refuses %p and says what there is',
    (args) => expect(() => parseExampleFlags(args)).toThrow('next: example'),
  );
});
