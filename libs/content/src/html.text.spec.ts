import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textOfHtml } from './html.text.js';

describe('textOfHtml', () => {
  it.each([
    ['<p>One</p><p>Two</p>', 'One\n\nTwo'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<ul><li>x</li><li>y</li></ul>', '- x\n- y'],
    ['<head><title>t</title></head><style>p{}</style><p>Seen</p><script>1<2</script>', 'Seen'],
    ['<a href="javascript:x">no</a> <a href=\'https://y.test\'>yes</a>', 'no yes (https://y.test)'],
    ['&lt;b&gt; &amp;amp; &#233;&#xe9; &nope; &#9999999;', '<b> &amp; éé &nope; &#9999999;'],
    ['a <!-- <p>hidden</p> --> b', 'a b'],
    ['1 < 2', '1'],
    ['', ''],
  ])('%s', (html, text) => {
    expect(textOfHtml(html)).toBe(text);
  });

  it('answers for anything, and leaves no empty line at the ends or twice within', () => {
    const fragments = fc.constantFrom(
      '<',
      '>',
      '<p>',
      '</p>',
      '<a href="',
      '"',
      '&',
      ';',
      '<!--',
      '-->',
      '\n',
      'x',
      '<script>',
      '&#',
      '<li>',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fragments, fc.string()), { maxLength: 30 }), (all) => {
        const text = textOfHtml(all.join(''));
        expect(text).toBe(text.trim());
        expect(text).not.toMatch(/\n\n\n/);
      }),
    );
  });
});
