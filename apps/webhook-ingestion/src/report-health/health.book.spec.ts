import { expect, it } from '@jest/globals';
import { readWebhookHealth } from '@homing/contracts';
import { playFact, playParser } from '../http/surface.fixture.js';
import { HealthBook, MOST_PLACES } from './health.book.js';

it('counts what came of each place, told or not, and of nobody else', () => {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const acme = { provider: 'play', account: 'acme', tenantId: 't1', keys: 2 };
  const accounts = { find: () => ({ kind: 'unready' }) as const, accounts: () => [acme] };
  const book = new HealthBook(
    { callers: new Map([['play', { parser: playParser(), keys: ['k'] }]]), accounts },
    () => now,
  );
  const fault = { index: 0, code: 'c', raw: 'person@reader.test' };
  book.note({ provider: 'play' }, { kind: 'stored', facts: [playFact()], faults: [fault, fault], inbound: 0 });
  now += 1_000;
  book.note({ provider: 'play' }, { kind: 'forged', reason: 'timestamp_out_of_tolerance' });
  book.note({ provider: 'play' }, { kind: 'forged', reason: 'signature_mismatch' });
  book.note({ provider: 'play', account: 'acme' }, { kind: 'not-stored', missing: 1, first: new Error('x') });
  book.note({ provider: 'person@reader.test' }, { kind: 'unknown-provider' });
  expect([book.keysOf('play'), book.keysOf('nobody')]).toEqual([3, 0]);
  const report = book.report();
  expect(report).toEqual({
    since: '2026-01-01T00:00:00.000Z',
    at: '2026-01-01T00:00:01.000Z',
    places: [
      {
        ...{ provider: 'play', keys: 1, valid: 1, forged: 2, stale: 1, unreadable: 2, notStored: 0 },
        ...{ lastValidAt: '2026-01-01T00:00:00.000Z', lastForgedAt: '2026-01-01T00:00:01.000Z' },
      },
      { ...acme, valid: 0, forged: 0, stale: 0, unreadable: 0, notStored: 1 },
    ],
  });
  expect(readWebhookHealth(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(JSON.stringify(report)).not.toContain('reader.test');
});

it('knows how many were forged within the last ten minutes, of all accounts of a provider', () => {
  let now = Date.parse('2026-01-01T00:00:30Z');
  const book = new HealthBook({ callers: new Map() }, () => now);
  const forge = (account?: string) =>
    book.note({ provider: 'play', ...(account ? { account } : {}) }, { kind: 'forged', reason: 'signature_mismatch' });
  forge();
  forge('acme');
  now += 5 * 60_000;
  forge();
  expect([book.forgedRecently('play'), book.forgedRecently('other')]).toEqual([3, 0]);
  now += 5 * 60_000;
  expect(book.forgedRecently('play')).toBe(1);
  now += 24 * 60 * 60_000;
  expect(book.forgedRecently('play')).toBe(0);
  forge();
  expect(book.forgedRecently('play')).toBe(1);
});

it('counts no more places than it can hold, however many names strangers call before the accounts are known', () => {
  const places = () => [{ provider: 'play', account: 'last', tenantId: 't1', keys: 1 }];
  const book = new HealthBook(
    { callers: new Map(), accounts: { find: () => ({ kind: 'unready' }), accounts: places } },
    Date.now,
  );
  const unready = { kind: 'not-stored', missing: 0, first: new Error('x') } as const;
  for (let index = 0; index < MOST_PLACES; index += 1) book.note({ provider: 'play', account: `a${index}` }, unready);
  book.note({ provider: 'play', account: 'last' }, unready);
  expect(book.report().places).toMatchObject([{ account: 'last', notStored: 0 }]);
});
