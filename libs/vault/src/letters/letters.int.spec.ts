import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { deadLetterId } from '@homing/contracts';
import { sql } from 'kysely';
import { withTenant } from '../database/vault.database.js';
import { startTestVault, type TestVault } from '../database/vault.fixture.js';
import { createDeadLetterFile } from '../desk/dead-letter.file.js';
import { filedLetter, parkedSignal } from '../desk/filed-letter.fixture.js';
import { createSignalPark } from '../desk/signal.park.js';
import { createRegistry } from '../registry/registry.js';
import { createLetterView } from './letter.view.js';
import type { LetterView, Viewer } from './letters.types.js';

let vault: TestVault;
let view: LetterView;
const [mine, theirs] = [randomUUID(), randomUUID()];
const me: Viewer = { tenantId: mine, operator: false };
const operator: Viewer = { tenantId: mine, operator: true };
const at = (minute: number): string => `2026-03-01T09:${String(minute).padStart(2, '0')}:00.000Z`;
const letters = [
  ...[1, 2, 3, 4, 5].map((n) => filedLetter({ messageId: `mine-${n}`, tenantId: mine, buriedAt: at(n) })),
  filedLetter({ messageId: 'mine-gateway', tenantId: mine, consumer: 'gateway-email', reason: 'not_a_dispatch' }),
  filedLetter({ messageId: 'theirs', tenantId: theirs }),
  filedLetter({ messageId: 'nobodys', tenantId: null }),
];
const idOf = deadLetterId;

beforeAll(async () => {
  vault = await startTestVault();
  const desk = createDeadLetterFile(vault.as('vault_desk'));
  await desk.file(letters);
  await desk.hold(idOf('mine-2'), async () => ({
    end: { state: 'discarded', actor: 'key-1', reason: 'test' },
    answer: 0,
  }));
  view = createLetterView(vault.as('vault_api'));
});
afterAll(() => vault?.close());

describe('who sees which dead letters', () => {
  const ids = async (viewer: Viewer, filter: object = {}) =>
    (await view.list(viewer, { owner: 'tenant', limit: 50, ...filter })).items.map(({ id }) => id);

  it('a tenant sees its own, newest first, in pages', async () => {
    const all = ['mine-5', 'mine-4', 'mine-3', 'mine-2', 'mine-1', 'mine-gateway'].map(idOf);
    expect(new Set(await ids(me))).toEqual(new Set(all));
    const pages: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await view.list(me, { owner: 'tenant', limit: 2, ...(cursor ? { cursor } : {}) });
      pages.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      more = cursor !== undefined;
    }
    expect(pages).toEqual(await ids(me));
    expect(pages.slice(0, 5)).toEqual(all.slice(0, 5));
  });

  it.each([
    ['consumer', { consumer: 'gateway-email' }, ['mine-gateway']],
    ['reason', { reason: 'not_a_dispatch' }, ['mine-gateway']],
    ['state', { state: 'discarded' }, ['mine-2']],
    ['all of them', { consumer: 'gateway-email', state: 'discarded' }, []],
  ])('finds by %s', async (_by, filter, found) => expect(await ids(me, filter)).toEqual(found.map(idOf)));

  it('nobody but an operator sees what is nobody’s, and an operator nothing of another tenant', async () => {
    expect(await ids(me, { owner: 'installation' })).toEqual([]);
    expect(await view.find(me, idOf('nobodys'))).toBeUndefined();
    expect(await ids(operator, { owner: 'installation' })).toEqual([idOf('nobodys')]);
    expect(await view.find(operator, idOf('nobodys'))).toMatchObject({ tenantId: null });
    expect(await view.find(operator, idOf('theirs'))).toBeUndefined();
    expect(await view.find(me, idOf('theirs'))).toBeUndefined();
  });

  it('row-level security says the same to whoever forgets to ask', async () => {
    const db = vault.as('vault_api');
    const seen = (operates: boolean) =>
      withTenant(db, mine, async (trx) => {
        if (operates) await sql`select set_config('homing.operator', 'on', true)`.execute(trx);
        const { rows } = await sql<{
          tenant: string | null;
        }>`select distinct tenant_id as tenant from desk.dead_letter`.execute(trx);
        return new Set(rows.map(({ tenant }) => tenant));
      });
    expect(await seen(false)).toEqual(new Set([mine]));
    expect(await seen(true)).toEqual(new Set([mine, null]));
    await expect(sql`select id from desk.dead_letter`.execute(db)).rejects.toThrow('homing.tenant is not set');
  });

  it('shows how a letter ended, and what was done with it', async () => {
    expect(await view.find(me, idOf('mine-2'))).toMatchObject({
      state: 'discarded',
      resolution: { state: 'discarded', resolvedBy: 'key-1', reason: 'test' },
    });
    expect(await view.actions(me, idOf('mine-2'))).toMatchObject([{ actor: 'key-1', action: 'discarded' }]);
    expect(await view.actions({ tenantId: theirs, operator: true }, idOf('mine-2'))).toEqual([]);
    expect((await view.find(me, idOf('mine-1')))?.resolution).toBeNull();
  });

  it.each(['', 'rubbish', Buffer.from('["2026-03-01T09:00:00.000Z","x"]').toString('base64url')])(
    'refuses the cursor %p',
    async (cursor) =>
      await expect(view.list(me, { owner: 'tenant', limit: 5, cursor })).rejects.toMatchObject({
        name: 'InvalidCursorError',
      }),
  );
});

describe('operators', () => {
  it('are made by the installation’s owner, not by whoever may make keys for a tenant', async () => {
    const wish = { actor: 'test', tenantId: mine, name: 'k', env: 'test', scopes: ['installation:operate'] };
    const owner = createRegistry({ db: vault.as('owner'), access: 'system' });
    await owner.createTenant({ actor: 'test', id: mine, name: 'Mine' });
    const api = createRegistry({ db: vault.as('vault_api'), access: 'tenant' });
    await expect(api.createApiKey(wish)).rejects.toMatchObject({ code: '42501' });
    await expect(api.createApiKey({ ...wish, scopes: ['outreach:read'] })).resolves.toBeDefined();
    await expect(owner.createApiKey(wish)).resolves.toBeDefined();
  });
});

describe('unmatched signals', () => {
  it('are seen by their tenant, those without one by operators, and counted', async () => {
    const park = createSignalPark(vault.as('vault_desk'));
    const times = { now: at(0), expiresAt: '2026-03-04T09:00:00.000Z' };
    await park.park(
      [
        ...[1, 2, 3].map((n) => parkedSignal({ tenantId: mine, providerEventId: `m${n}`, receivedAt: at(n) })),
        parkedSignal({ tenantId: mine, providerEventId: 'm4', cause: 'unknown_attempt', receivedAt: at(4) }),
        parkedSignal({ tenantId: theirs }),
        parkedSignal({ providerEventId: 'n1' }),
      ],
      times,
    );
    const first = await view.listSignals(me, { owner: 'tenant', limit: 3 });
    const rest = await view.listSignals(me, { owner: 'tenant', limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...rest.items].map((s) => s.providerEventId)).toEqual(['m4', 'm3', 'm2', 'm1']);
    expect(rest.nextCursor).toBeUndefined();
    expect(await view.countSignals(me, 'tenant')).toEqual([
      { provider: 'sendgrid', cause: 'unknown_attempt', count: 1 },
      { provider: 'sendgrid', cause: 'unknown_message', count: 3 },
    ]);
    expect(await view.countSignals(me, 'installation')).toEqual([]);
    const nobodys = await view.listSignals(operator, { owner: 'installation', limit: 9, provider: 'sendgrid' });
    expect(nobodys.items).toMatchObject([{ providerEventId: 'n1', tenantId: null, expiresAt: times.expiresAt }]);
    expect((await view.listSignals(operator, { owner: 'installation', limit: 9, provider: 'x' })).items).toEqual([]);
  });
});
