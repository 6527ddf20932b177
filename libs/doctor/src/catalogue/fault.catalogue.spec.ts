// The catalogue is held against the tests and the page: every fault is provoked somewhere, and told as it is.
import { readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { faultDocument } from '../report/fault.document.js';
import { faultCodes, faultOf } from './fault.catalogue.js';

describe('the catalogue of faults', () => {
  it('has a test for each that provokes it', async () => {
    const specs: string[] = [];
    for await (const file of glob(['libs/doctor/src/**/*.spec.ts', 'apps/local/src/doctor/**/*.spec.ts']))
      if (!file.includes('fault.catalogue')) specs.push(readFileSync(file, 'utf8'));
    const text = specs.join('\n');
    expect(faultCodes.filter((code) => !text.includes(code))).toEqual([]);
  });

  it('has an examination for each that finds it', async () => {
    const sources: string[] = [];
    for await (const file of glob(['libs/doctor/src/**/*.ts', 'apps/local/src/doctor/**/*.ts', 'tools/doctor.mjs']))
      if (!/\.(spec|faults|fixture)\.ts$/.test(file)) sources.push(readFileSync(file, 'utf8'));
    const text = sources.join('\n');
    expect(faultCodes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });

  it.each(faultCodes)('%s says in whole sentences what it is, how it is found and how to mend it', (code) => {
    const { meaning, found, mend } = faultOf(code);
    for (const text of [meaning, found, mend]) expect(text).toMatch(/^[A-Za-z][\s\S]{15,}\.$/);
  });

  it('is docs/doctor.md (UPDATE_DOCS=1 writes it)', () => {
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync('docs/doctor.md', faultDocument());
    expect(readFileSync('docs/doctor.md', 'utf8')).toBe(faultDocument());
  });
});
