// Real: a PostgreSQL with the real roles. The bus is not needed: the desk only knows where a letter lies.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { deadLetterId } from '@homing/contracts';
import { sql } from 'kysely';
import { withTenant } from '../database/vault.database.js';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import type { VaultRole } from '../database/vault.migration.js';
import { createVaultEraser } from '../erase/vault.eraser.js';
import { acceptItem } from '../intake/accept-item.fixture.js';
import { createVaultIntake } from '../intake/vault.intake.js';
import { createFingerprinter } from '../address/address.fingerprint.js';
import { createDeadLetterFile } from './dead-letter.file.js';
import type { DeadLetterFile, FiledLetter, NewResolution } from './desk.types.js';
import { filedLetter, parkedSignal } from './filed-letter.fixture.js';
import { createSignalPark } from './signal.park.js';

let vault: TestVault;
let desk: DeadLetterFile;

beforeAll(async () => {
  vault = await startTestVault();
  desk = createDeadLetterFile(vault.as('vault_desk'));
});
afterAll(() => vault?.close());

const discarded: NewResolution = { state: 'discarded', actor: 'key-1', reason: 'test' };
const filed = async (over: Partial<FiledLetter> = {}): Promise<string> => {
  const letter = filedLetter(over);
  await desk.file([letter]);
  return deadLetterId(letter.messageId);
};
const actionsOf = async (id: string): Promise<string[]> => {
  const { rows } = await sql<{ text: string }>`select actor || ' ' || action as text from desk.action
    where letter_id = ${id} order by id`.execute(vault.as('owner', 1));
  return rows.map((row) => row.text);
};

describe('filing dead letters', () => {
  it('files each once, however often the bus shows it, and changes nothing of one that has ended', async () => {
    const letters = [filedLetter(), filedLetter()];
    expect(await desk.file([...letters, ...letters])).toBe(2);
    const id = deadLetterId(letters[0]?.messageId ?? '');
    await desk.hold(id, async () => ({ end: discarded, answer: undefined }));
    expect(await desk.file(letters)).toBe(0);
    expect(await desk.hold(id, async ({ resolution }) => ({ answer: resolution?.state }))).toEqual({
      answer: 'discarded',
    });
  });

  it('takes the newer copy of an open letter for its content, and names the copies that are left over', async () => {
    const at = (second: number) => `2026-03-01T09:00:0${second}.000Z`;
    const first = filedLetter({ sequence: 9, buriedAt: at(1) });
    const [second, third] = [
      { ...first, sequence: 2, buriedAt: at(2) },
      { ...first, sequence: 3, buriedAt: at(3) },
    ];
    const place = ({ messageId, sequence }: FiledLetter) => ({ messageId, sequence });
    const sequence = async () =>
      (await desk.hold(deadLetterId(first.messageId), async (letter) => ({ answer: letter.sequence })))?.answer;
    expect(await desk.listSuperseded([first])).toEqual([]);
    await desk.file([first]);
    expect(await desk.listSuperseded([first])).toEqual([]);
    expect(await desk.listSuperseded([third, second])).toEqual([place(first), place(second)]);
    expect(await desk.file([third, second])).toBe(1);
    expect(await sequence()).toBe(3);
    // Told of the older ones once more: they are left over, and nothing moves back.
    expect(await desk.listSuperseded([first, second])).toEqual([place(first), place(second)]);
    expect(await desk.file([first, second])).toBe(0);
    expect(await sequence()).toBe(3);
    await desk.hold(deadLetterId(first.messageId), async () => ({ end: discarded, answer: 0 }));
    const fourth = { ...first, sequence: 4, buriedAt: at(4) };
    expect(await desk.listSuperseded([fourth, third])).toEqual([place(fourth)]);
    expect(await desk.file([fourth])).toBe(0);
  });

  it('gives back what was filed', async () => {
    const letter = filedLetter({ tenantId: randomUUID(), digest: 'ab', source: null });
    await desk.file([letter]);
    const { subjects: _hashes, ...rest } = letter;
    const held = await desk.hold(deadLetterId(letter.messageId), async (found) => ({ answer: found }));
    expect(held?.answer).toEqual({ id: deadLetterId(letter.messageId), ...rest });
  });
});

describe('ending a letter', () => {
  it('writes how, by whom and why, with a line on record, before it answers', async () => {
    const id = await filed();
    const outreachId = randomUUID();
    const end: NewResolution = { state: 'replayed', actor: 'key-9', outreachId, key: 'k', digest: Buffer.from('d') };
    const held = await desk.hold(id, async () => ({ end, answer: 'done' }));
    expect(held).toMatchObject({ answer: 'done', resolution: { state: 'replayed', resolvedBy: 'key-9', outreachId } });
    const seen = await desk.hold(id, async ({ resolution }) => ({ answer: resolution }));
    expect(seen?.answer).toMatchObject({ ...held?.resolution, key: 'k', digest: Buffer.from('d') });
    expect(await actionsOf(id)).toEqual(['key-9 replayed']);
  });

  it('is one’s at a time: of ten who try at once one ends it, and the others see that', async () => {
    const id = await filed();
    let atOnce = 0;
    const ended = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        desk.hold(id, async ({ resolution }) => {
          expect((atOnce += 1)).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          atOnce -= 1;
          return resolution ? { answer: false } : { end: { ...discarded, actor: `key-${n}` }, answer: true };
        }),
      ),
    );
    expect(ended.filter((held) => held?.answer)).toHaveLength(1);
    expect(await actionsOf(id)).toHaveLength(1);
  });

  it('leaves it open when what was to be done failed', async () => {
    const id = await filed();
    await expect(desk.hold(id, () => Promise.reject(new Error('bus down')))).rejects.toThrow('bus down');
    expect(await desk.hold(id, async ({ resolution }) => ({ answer: resolution }))).toEqual({ answer: undefined });
    expect(await desk.hold(randomUUID(), async () => ({ answer: 1 }))).toBeUndefined();
  });

  it('is on record for good', async () => {
    const id = await filed();
    await desk.noteRead({ id, tenantId: null }, 'key-2');
    expect(await actionsOf(id)).toEqual(['key-2 content_read']);
    for (const change of ["update desk.action set actor = 'x'", 'delete from desk.action'])
      await expect(sql.raw(change).execute(vault.as('owner', 1))).rejects.toThrow('append-only');
  });
});

describe('what the desk tidies up', () => {
  it('finds ended letters whose content is still there, until they are removed', async () => {
    const id = await filed({ sequence: 4711 });
    const listed = async () => (await desk.listToRemove(1_000)).find((each) => each.id === id);
    expect(await listed()).toBeUndefined();
    await desk.hold(id, async () => ({ end: discarded, answer: 0 }));
    expect(await listed()).toMatchObject({ sequence: 4711 });
    await desk.markRemoved([id]);
    expect(await listed()).toBeUndefined();
  });

  it('lets open letters expire whose content the bus no longer has, and forgets old ones, their record not', async () => {
    const other = await startTestVault();
    const alone = createDeadLetterFile(other.as('vault_desk'));
    const [old, young] = [
      filedLetter({ buriedAt: '2026-01-01T00:00:00.000Z' }),
      filedLetter({ buriedAt: '2026-02-01T00:00:00.000Z' }),
    ];
    await alone.file([old, young]);
    expect(await alone.countOpen()).toEqual({ open: 2, oldest: old.buriedAt });
    expect(await alone.expireBefore('2026-01-15T00:00:00.000Z')).toBe(1);
    expect(await alone.countOpen()).toEqual({ open: 1, oldest: young.buriedAt });
    expect(await alone.listToRemove(10)).toEqual([]);
    expect(await alone.forgetBefore('2026-01-15T00:00:00.000Z')).toBe(1);
    expect(await alone.hold(deadLetterId(old.messageId), async () => ({ answer: 1 }))).toBeUndefined();
    const { rows } = await sql`select action from desk.action`.execute(other.as('owner'));
    expect(rows).toEqual([{ action: 'expired' }]);
    await other.close();
  });
});

describe('erasure', () => {
  it('ends the letters that speak of the person, by recipient id or by address, and no others', async () => {
    const [tenantId, elsewhere] = [randomUUID(), randomUUID()];
    const { fingerprintKey } = vault;
    const hashes = createFingerprinter(fingerprintKey);
    const intake = createVaultIntake({ db: vault.as('vault_intake'), ...vault.keys, fingerprintKey });
    const item = acceptItem({ tenantId, recipientId: 'gone', contacts: [['email', 'gone@erase.test']] });
    const [accepted] = await intake.acceptRequests([item]);
    const personId = accepted?.kind === 'accepted' ? accepted.personId : '';
    const address = hashes.address(tenantId, 'email', 'gone@erase.test') ?? '';
    const byId = await filed({ tenantId, subjects: [hashes.recipient(tenantId, 'gone')] });
    const byAddress = await filed({ tenantId, subjects: ['x', address] });
    const another = await filed({ tenantId, subjects: [hashes.recipient(tenantId, 'stays')] });
    const foreign = await filed({ tenantId: elsewhere, subjects: [address] });
    const stateOf = async (id: string) =>
      (await desk.hold(id, async ({ resolution }) => ({ answer: resolution?.state ?? 'open' })))?.answer;

    const eraser = createVaultEraser({ db: vault.as('vault_api'), fingerprintKey });
    await eraser.erasePerson({ tenantId, personId });
    expect(await Promise.all([byId, byAddress, another, foreign].map(stateOf))).toEqual([
      'erased',
      'erased',
      'open',
      'open',
    ]);
    expect((await desk.listToRemove(1_000)).map(({ id }) => id)).toEqual(expect.arrayContaining([byId, byAddress]));
    expect(await actionsOf(byId)).toEqual(['erasure erased']);
    // Nobody the vault knows: the letter alone speaks of them.
    expect(await eraser.eraseLetters({ tenantId, recipientId: 'stays' })).toBe(1);
    expect(await stateOf(another)).toBe('erased');
    expect(await eraser.eraseLetters({ tenantId, recipientId: 'stays' })).toBe(0);
  });
});

describe('what the roles may', () => {
  const forbidden: [VaultRole, string][] = [
    ['vault_desk', 'select * from vault.person_key'],
    ['vault_desk', 'select * from vault.sealed_request'],
    ['vault_desk', 'select * from registry.api_key'],
    ['vault_desk', "update desk.action set actor = 'x'"],
    ['vault_intake', 'select * from desk.dead_letter'],
    ['vault_open', 'select * from desk.dead_letter'],
    ['vault_api', 'select subjects from desk.dead_letter'],
    ['vault_api', "update desk.dead_letter set state = 'open'"],
    ['vault_api', 'delete from desk.unmatched_signal'],
    ['vault_api', `insert into desk.action (letter_id, actor, action) values (gen_random_uuid(), 'x', 'replayed')`],
  ];
  it.each(forbidden)('%s may not: %s', async (role, statement) => {
    const attempt = withTenant(vault.as(role, 1), randomUUID(), (trx) => sql.raw(statement).execute(trx));
    await expect(attempt).rejects.toMatchObject({ code: '42501' });
  });
});

describe('parked signals', () => {
  const times = { now: '2026-03-01T10:00:00.000Z', expiresAt: '2026-03-04T10:00:00.000Z' };

  it('are kept once, listed in pages, and gone when matched', async () => {
    const park = createSignalPark(vault.as('vault_desk', 1));
    const signals = Array.from({ length: 5 }, (_, n) => parkedSignal({ providerEventId: `e${n}` }));
    expect(await park.park([...signals, ...signals], times)).toBe(5);
    expect(await park.park(signals, times)).toBe(0);
    const first = await park.list({ since: times.now, limit: 3 });
    const last = first.at(-1);
    const second = await park.list({ since: times.now, limit: 3, ...(last ? { after: last } : {}) });
    expect([...first, ...second].map(({ parkedAt: _parked, ...signal }) => signal)).toEqual(signals);
    expect(await park.list({ since: '2026-03-01T10:00:00.001Z', limit: 3 })).toEqual([]);
    await park.remove(signals.slice(0, 4));
    expect(await park.count()).toBe(1);
    expect(await park.expire('2026-03-04T09:59:59.999Z')).toEqual([]);
    expect(await park.expire(times.expiresAt)).toMatchObject([{ providerEventId: 'e4' }]);
    expect(await park.count()).toBe(0);
  });

  it('are bounded: the oldest make room', async () => {
    const park = createSignalPark(vault.as('vault_desk', 1));
    await park.park([parkedSignal({ providerEventId: 'old' })], { ...times, now: '2026-03-01T08:00:00.000Z' });
    await park.park([parkedSignal({ providerEventId: 'new' })], times);
    expect(await park.keepNewest(1)).toBe(1);
    expect((await park.list({ since: '2026-01-01T00:00:00.000Z', limit: 9 })).map((s) => s.providerEventId)).toEqual([
      'new',
    ]);
  });
});
