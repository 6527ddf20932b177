import { describe, expect, it } from '@jest/globals';
import { tracked } from './html.tracking.js';
import { readTracking } from './tracking.token.js';

const key = 'a tracking key of at least 32 characters';
const message = { deliveryId: '6f1c2f0e-6a3d-5d0b-9a55-0c2b8f7f4a11.1', attempt: 1, tenantId: 'tenant-1' };
const now = 1_790_000_000_000;
const track = (html: string, headers?: Record<string, string>) =>
  tracked(html, {
    baseUrl: 'https://hooks.sender.test/',
    key,
    now,
    message: headers ? { ...message, headers } : message,
  });
const linksIn = (html: string) =>
  [...html.matchAll(/href="https:\/\/hooks\.sender\.test\/t\/c\/([^"]+)"/gi)].map(
    (m) => readTracking(m[1] ?? '', [key])?.link,
  );

describe('our own tracking', () => {
  it('leads each link through us, in order, and says where it led', () => {
    const html = `<a class="x" href="https://a.test/?x=1&amp;y=2">A</a><a href='https://b.test/'>B</a><A HREF=https://c.test/c>C</A><area shape="rect" href="https://a.test/?x=1&#38;y=2">`;
    expect(linksIn(track(html))).toEqual([
      { position: 0, url: 'https://a.test/?x=1&y=2' },
      { position: 1, url: 'https://b.test/' },
      { position: 2, url: 'https://c.test/c' },
      { position: 3, url: 'https://a.test/?x=1&y=2' },
    ]);
    expect(track(html)).toContain('<a class="x" href="https://hooks.sender.test/t/c/');
  });

  it('leaves alone what is no web address, what asks to be left alone, and the way out', () => {
    const out = 'https://hooks.sender.test/u/token';
    const html = [
      '<a href="mailto:desk@sender.test">m</a>',
      '<a href="tel:+15005550006">t</a>',
      '<a href="#top">#</a>',
      '<a href="{{link}}">?</a>',
      '<a name="x">n</a>',
      '<link href="https://a.test/style.css">',
      '<img src="https://a.test/a.png">',
      '<a data-tracking="off" href="https://a.test/">off</a>',
      `<a href="${out}">unsubscribe</a>`,
    ].join('\n');
    expect(track(html, { 'list-unsubscribe': `<${out}>, <mailto:leave@sender.test>` }).startsWith(html)).toBe(true);
  });

  it('puts one pixel at the end of the body', () => {
    expect(track('<html><body><p>Hi</p></BODY ></html>')).toMatch(
      /<p>Hi<\/p><img src="https:\/\/hooks\.sender\.test\/t\/o\/[^"]+" width="1" height="1" alt="" [^>]*><\/BODY ><\/html>$/,
    );
    expect(track('<p>Hi</p>')).toMatch(/^<p>Hi<\/p><img /);
    const token = /\/t\/o\/([^"]+)"/.exec(track('<p>Hi</p>'))?.[1] ?? '';
    expect(readTracking(token, [key])).toEqual({ kind: 'open', provider: 'smtp', ...message, sentAt: now });
  });

  it('says nothing of the person', () => {
    const text = Buffer.from(/\/t\/o\/([^.]+)\./.exec(track('<p>Hi</p>'))?.[1] ?? '', 'base64url').toString();
    expect(text).toBe(`["o","smtp","tenant-1","${message.deliveryId}",1,"${now.toString(36)}"]`);
  });
});
