import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { asyncApiDocument } from './asyncapi.document.js';

const file = 'docs/api/asyncapi.json';

describe('the AsyncAPI document', () => {
  it('is the one in docs/api (run with UPDATE_ASYNCAPI=1 after a change)', () => {
    const made = `${JSON.stringify(asyncApiDocument(), null, 2)}\n`;
    if (process.env['UPDATE_ASYNCAPI'] === '1') writeFileSync(file, made);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(made);
  });

  it('points at nothing that is not there', () => {
    const document = asyncApiDocument();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) =>
      (match[1] ?? '').split('/'),
    );
    expect(references.length).toBeGreaterThan(4);
    for (const path of references)
      expect(
        path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document),
      ).toBeDefined();
  });
});
