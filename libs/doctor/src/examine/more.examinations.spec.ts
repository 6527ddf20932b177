import { describe, expect, it } from '@jest/globals';
import { examineGate } from './gate.examination.js';
import { found, noteOf } from './looking.fixture.js';
import { examineProviders } from './provider.examination.js';
import { examineRights } from './rights.examination.js';

describe('rights', () => {
  const looked = (lacking: Record<string, string>[]) =>
    examineRights({
      ...{ needs: 'vault', role: 'vault_intake', rights: { 'vault.sealed_request': ['select', 'insert'] } },
      ask: (statement) => {
        expect(statement).toContain("('vault.sealed_request', 'select'), ('vault.sealed_request', 'insert')");
        return Promise.resolve(lacking);
      },
    });

  it('that are there', async () => {
    expect(await found(looked([]))).toEqual([]);
    expect(await noteOf(looked([]))).toBe('2 looked at');
  });
  it('ROLE_RIGHTS_MISSING', async () =>
    expect(await found(looked([{ t: 'vault.sealed_request', r: 'insert' }]))).toEqual([
      'ROLE_RIGHTS_MISSING fail: insert on vault.sealed_request',
    ]));
});

describe('the gate', () => {
  const looked = (...open: number[]) =>
    examineGate(
      { heldBack: () => Promise.resolve(['a', 'b', 'c']), letThrough: () => Promise.resolve(open.shift() ?? 0) },
      ['vault'],
    );

  it('that knows all', async () => {
    expect(await found(looked(0))).toEqual([]);
    expect(await noteOf(looked(0))).toBe('knows all 3 addresses held back');
  });
  it('GATE_BEHIND', async () => expect(await found(looked(2, 2))).toEqual(['GATE_BEHIND fail: 2 of 3 addresses']));
  it('of which one was released at this moment is not behind', async () =>
    expect(await found(looked(1, 0))).toEqual([]));
});

describe('providers', () => {
  const count = (kind: string, calls: number) =>
    `homing_provider_call_seconds_count{provider="sendgrid",channel="email",outcome="rejected",class="${kind}"} ${calls}`;
  const looked = (...lines: string[]) =>
    found(examineProviders(() => Promise.resolve(lines.join('\n')), 'channel-gateway'));

  it('PROVIDER_REFUSES_LOGIN', async () =>
    expect(await looked(count('auth', 4), count('retryable', 9))).toEqual([
      'PROVIDER_REFUSES_LOGIN fail: sendgrid: 4 calls',
    ]));
  it('that reject for other reasons, and a gateway that called none, have no fault', async () => {
    expect(await looked(count('permanent', 4), count('auth', 0))).toEqual([]);
    expect(await looked()).toEqual([]);
  });
});
