import { describe, expect, it } from '@jest/globals';
import { failedAsPrepared, StatementNames } from './statement.names.js';

describe('names of prepared statements', () => {
  it('are given to what comes again, the same to the same text', () => {
    const names = new StatementNames();
    expect(names.of('select 1')).toBeUndefined();
    const name = names.of('select 1');
    expect(name).toMatch(/^s_[0-9a-f]{32}$/);
    expect(names.of('select 1')).toBe(name);
    names.of('select 2');
    expect(names.of('select 2')).not.toBe(name);
  });

  it('are not given to what comes once, nor without end', () => {
    const names = new StatementNames();
    for (let n = 0; n < 10_000; n++) expect(names.of(`select ${n}`)).toBeUndefined();
    const given = Array.from({ length: 1_000 }, (_, n) => (names.of(`again ${n}`), names.of(`again ${n}`)));
    expect(given.filter((name) => name !== undefined)).toHaveLength(200);
  });

  it('are never given again to what failed by being prepared', () => {
    const names = new StatementNames();
    names.of('select 1');
    names.of('select 1');
    names.refuse('select 1');
    expect(names.of('select 1')).toBeUndefined();
  });
});

describe('a failure by being prepared', () => {
  it.each([
    [{ code: '0A000', message: 'cached plan must not change result type' }, true],
    [{ code: '26000', message: 'prepared statement "s_1" does not exist' }, true],
    [{ code: '42P05', message: 'prepared statement "s_1" already exists' }, true],
    [{ code: '0A000', message: 'FOR UPDATE is not allowed' }, false],
    [{ code: '23505', message: 'duplicate key' }, false],
    [undefined, false],
  ])('%j: %s', (error, expected) => expect(failedAsPrepared(error)).toBe(expected));
});
