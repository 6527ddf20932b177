// Pages that a site could have made to keep us busy for hours. What is asked is that it ends at all: jest's own limit is the clock.
import { describe, expect, it } from '@jest/globals';
import { readPage } from './form.reader.js';
import { robotsForbid } from './robots.policy.js';

const url = 'https://site.example.org/contact';
const all = { agent: 'Homing', path: '/contact' };

describe('a page made to be slow to read', () => {
  it('is read however deep it is nested', () => {
    expect(readPage('<div>'.repeat(200_000), url)).toMatchObject({ forms: [], text: '' });
    expect(readPage(`${'<i>'.repeat(50)}<p>Hello <b>there</b></p>`, url).text).toBe('Hello there');
  });

  it('is read however many forms it has', () => {
    const { forms } = readPage('<form><input name=a></form>'.repeat(38_000), url);
    expect(forms[0]?.fields).toHaveLength(1);
  });

  it('is read however many fields one label holds', () => {
    const page = readPage(`<form><label>${'x'.repeat(500_000)}${'<input name=a>'.repeat(30_000)}</label></form>`, url);
    expect(page.forms[0]?.fields[0]?.called.length).toBeLessThan(400);
  });

  it('is read however many fields stand in what is styled at length', () => {
    const styled = `<div style="${'display '.repeat(60_000)}">${'<input name=a>'.repeat(30_000)}</div>`;
    expect(readPage(`<form>${styled}</form>`, url).forms[0]?.fields[0]?.outOfSight).toBe(false);
  });
});

describe('a robots.txt made to be slow to read', () => {
  it.each([
    ['of spaces', `disallow: x${' '.repeat(400_000)}y`],
    ['of spaces before a comment that ends early', `disallow:${' '.repeat(400_000)}#\u2028`],
    ['of names for one rule after another', `${'user-agent: *\n'.repeat(2_500)}${'disallow: /a\n'.repeat(2_500)}`],
  ])('%s', (_what, file) => expect(robotsForbid(`user-agent: homing\ndisallow: /contact\n\n${file}`, all)).toBe(true));
});
