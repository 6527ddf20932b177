// Real: the shipped service, PostgreSQL with its roles, nats-server. Played: the desk, which answers as told.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetterId, type DeskAnswer, type DeskRequest } from '@homing/contracts';
import { createDeadLetterFile, createLetterOpener, createSignalPark } from '@homing/vault/desk';
import { filedLetter, parkedSignal } from '../../../../libs/vault/src/desk/filed-letter.fixture.js';
import { type ApiStack, startApiStack, type TestTenant } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';
import { FakeDesk } from '../fake-desk.fixture.js';

let stack: ApiStack;
let desk: FakeDesk;
let mine: TestTenant;
let theirs: TestTenant;
let operatorKey: string;
const ids = { mine: '', second: '', theirs: '', nobodys: '' };

beforeAll(async () => {
  stack = await startApiStack();
  desk = new FakeDesk(stack.orchestrator.bus);
  [mine, theirs] = await Promise.all([stack.newTenant(), stack.newTenant()]);
  operatorKey = await mine.keyWith([
    'dead-letters:read',
    'dead-letters:write',
    'outreach:read',
    'installation:operate',
  ]);
  const letters = [
    filedLetter({ tenantId: mine.tenantId, buriedAt: '2026-03-01T09:00:02.000Z' }),
    filedLetter({
      tenantId: mine.tenantId,
      consumer: 'gateway-email',
      reason: 'not_a_dispatch',
      digest: 'ab',
      source: null,
    }),
    filedLetter({ tenantId: theirs.tenantId }),
    filedLetter(),
  ];
  await createDeadLetterFile(stack.vault.as('vault_desk')).file(letters);
  [ids.mine = '', ids.second = '', ids.theirs = '', ids.nobodys = ''] = letters.map((each) =>
    deadLetterId(each.messageId),
  );
});
afterEach(() => {
  desk.answer = () => undefined;
  desk.asked.length = 0;
});
afterAll(async () => {
  desk?.stop();
  await stack?.stop();
});

type Body = Record<string, unknown> & { items?: Record<string, unknown>[]; errors?: { field: string }[] };
async function call(path: string, init: RequestInit & { key?: string } = {}) {
  const { key = mine.key, ...rest } = init;
  const headers = { authorization: `Bearer ${key}`, ...(rest.headers as Record<string, string>) };
  const answer = await fetch(`${stack.service.url}/api/v1${path}`, { ...rest, headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
}
const idsOf = ({ body }: { body: Body }) => (body.items ?? []).map(({ id }) => id);
const replay = (id: string, body?: unknown, more: Record<string, string> = {}) =>
  call(`/dead-letters/${id}/replay`, {
    method: 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const outreachId = randomUUID();
const resolution = { state: 'replayed', resolvedAt: '2026-03-02T09:00:00.000Z', resolvedBy: 'k', outreachId } as const;
const resolved: DeskAnswer = { kind: 'resolved', resolution, repeated: false };

describe('seeing dead letters', () => {
  it('lists the tenant’s own as the document says, newest first, and finds them by what is known', async () => {
    const answer = await call('/dead-letters');
    expect(answer.status).toBe(200);
    expect(idsOf(answer)).toEqual([ids.mine, ids.second]);
    expect(faultsAgainst('DeadLetterPage', answer.body)).toEqual([]);
    expect(answer.body.items?.[0]).toMatchObject({
      tenantId: mine.tenantId,
      reason: 'invalid_request',
      explanation: expect.any(String),
      faults: [{ path: 'data.urgency', code: 'isIn' }],
      repairable: true,
      expiresAt: '2026-03-31T09:00:02.000Z',
    });
    expect(idsOf(await call('/dead-letters?consumer=gateway-email&reason=not_a_dispatch&state=open'))).toEqual([
      ids.second,
    ]);
    expect(idsOf(await call('/dead-letters?state=replayed'))).toEqual([]);
    const page = await call('/dead-letters?limit=1');
    expect(idsOf(await call(`/dead-letters?limit=1&cursor=${String(page.body['nextCursor'])}`))).toEqual([ids.second]);
  });

  it('shows one, with what was done with it', async () => {
    await createDeadLetterFile(stack.vault.as('vault_desk')).noteRead(
      { id: ids.second, tenantId: mine.tenantId },
      'key-7',
    );
    const { status, body } = await call(`/dead-letters/${ids.second}`);
    expect([status, faultsAgainst('DeadLetter', body)]).toEqual([200, []]);
    expect(body).toMatchObject({
      digest: 'ab',
      repairable: false,
      actions: [{ actor: 'key-7', action: 'content_read' }],
    });
  });

  it.each([
    ['reason=because', 'reason'],
    ['state=dead', 'state'],
    ['owner=me', 'owner'],
    ['cursor=x', 'cursor'],
    ['limit=0', 'limit'],
    ['colour=red', 'colour'],
  ])('refuses %s by name', async (query, field) => {
    const { status, body } = await call(`/dead-letters?${query}`);
    expect([status, body.errors?.map((error) => error.field)]).toEqual([422, [field]]);
  });

  it('shows another tenant’s to nobody, and nobody’s to operators alone', async () => {
    for (const id of [ids.theirs, ids.nobodys, randomUUID(), 'no-id'])
      expect((await call(`/dead-letters/${id}`)).status).toBe(404);
    expect((await call('/dead-letters?owner=installation')).status).toBe(403);
    const asOperator = { key: operatorKey };
    expect(idsOf(await call('/dead-letters?owner=installation', asOperator))).toEqual([ids.nobodys]);
    expect((await call(`/dead-letters/${ids.nobodys}`, asOperator)).status).toBe(200);
    expect((await call(`/dead-letters/${ids.theirs}`, asOperator)).status).toBe(404);
    expect(idsOf(await call('/dead-letters', asOperator))).toEqual([ids.mine, ids.second]);
  });

  it.each([
    ['GET', '', 'dead-letters:read'],
    ['GET', '/x', 'dead-letters:read'],
    ['GET', '/x/content', 'dead-letters:read-content'],
    ['POST', '/x/replay', 'dead-letters:write'],
    ['DELETE', '/x', 'dead-letters:write'],
  ])('%s %s needs %s', async (method, path, scope) => {
    const others = ['dead-letters:read', 'dead-letters:write', 'dead-letters:read-content', 'installation:operate'];
    const key = await mine.keyWith(others.filter((each) => each !== scope));
    const { status, body } = await call(`/dead-letters${path.replace('x', ids.mine)}`, { method, key });
    expect([status, body['type']]).toEqual([403, 'urn:homing:problem:missing_scope']);
    expect(String(body['detail'])).toContain(scope);
    expect(desk.asked).toEqual([]);
  });
});

describe('reading what one says', () => {
  const opener = () => createLetterOpener(stack.deadLetterKeys);
  it.each([
    ['JSON', '{"data":{"name":"Ada"}}', { encoding: 'json', content: { data: { name: 'Ada' } } }],
    ['text', '{"data":', { encoding: 'text', content: '{"data":' }],
    ['bytes', Buffer.from([0xff, 0x00]), { encoding: 'base64', content: '/wA=' }],
  ])('%s, sealed to this one answer on the bus', async (_what, content, shown) => {
    desk.answer = async (request) => {
      const key = request.action === 'open' ? request.answerKey : '';
      const sealed = await opener().sealAnswer(Buffer.from(content as string), { letterId: request.letterId, key });
      return { kind: 'opened', sealed: Buffer.from(sealed).toString('base64') };
    };
    const { status, body } = await call(`/dead-letters/${ids.mine}/content`);
    expect([status, body]).toEqual([200, { id: ids.mine, ...shown }]);
    expect(desk.asked).toMatchObject([
      { action: 'open', letterId: ids.mine, tenantId: mine.tenantId, operator: false },
    ]);
    expect(stack.lines.join('\n')).not.toContain('Ada');
  });
});

describe('ending one', () => {
  it('replays it as it was: 202, and where to look', async () => {
    desk.answer = () => resolved;
    const answer = await replay(ids.mine);
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/api/v1/outreach/${outreachId}`]);
    expect(answer.body).toEqual({ id: ids.mine, state: 'replayed', resolution });
    expect(faultsAgainst('ResolvedLetter', answer.body)).toEqual([]);
    expect(desk.asked).toMatchObject([{ action: 'replay', actor: expect.stringMatching(/^[0-9a-f]{16}$/) }]);
    expect(desk.asked[0]).not.toHaveProperty('repaired');
    expect((await replay(ids.mine, {})).status).toBe(202);
    expect(desk.asked[1]).not.toHaveProperty('repaired');
  });

  it('hands a repaired body over sealed, and the idempotency key as a digest', async () => {
    const opened: string[] = [];
    desk.answer = async (request) => {
      const sealed = request.action === 'replay' ? Buffer.from(request.repaired ?? '', 'base64') : Buffer.alloc(0);
      opened.push(
        Buffer.from(await createLetterOpener(stack.deadLetterKeys).openRepair(sealed, request.letterId)).toString(),
      );
      return resolved;
    };
    const data = { recipient: { id: 'r', name: 'Ada' } };
    expect((await replay(ids.mine, { data }, { 'idempotency-key': '"Ada’s"'.replace('’', "'") })).status).toBe(202);
    expect(opened).toEqual([JSON.stringify(data)]);
    expect(JSON.stringify(desk.asked)).not.toContain('Ada');
    const [{ idempotencyKey } = { idempotencyKey: '' }] = desk.asked as (DeskRequest & { idempotencyKey?: string })[];
    expect(idempotencyKey).toMatch(/^[0-9a-f]{64}$/);
  });

  it('discards it with a reason', async () => {
    desk.answer = (request) => ({
      kind: 'resolved',
      repeated: false,
      resolution: {
        ...resolution,
        state: 'discarded',
        ...(request.action === 'discard' ? { reason: request.reason } : {}),
      },
    });
    const answer = await call(`/dead-letters/${ids.mine}?reason=duplicate`, { method: 'DELETE' });
    expect([answer.status, answer.body['state']]).toEqual([200, 'discarded']);
    for (const query of ['', '?reason=because', '?reason='])
      expect((await call(`/dead-letters/${ids.mine}${query}`, { method: 'DELETE' })).status).toBe(422);
    expect(desk.asked).toHaveLength(1);
  });

  it.each<[DeskAnswer, number, string, RegExp]>([
    [{ kind: 'not_found' }, 404, 'not_found', /undefined/],
    [{ kind: 'already_resolved', resolution }, 409, 'already_resolved', /replayed.*\/api\/v1\/outreach\//],
    [{ kind: 'different_content' }, 409, 'different_content', /Discard/],
    [{ kind: 'key_reused' }, 409, 'different_content', /Idempotency-Key/],
    [{ kind: 'not_repairable' }, 409, 'not_repairable', /without `data`/],
    [{ kind: 'no_content' }, 410, 'content_gone', /discarded/],
    [{ kind: 'unavailable' }, 503, 'unavailable', /same Idempotency-Key/],
  ])('says what the desk said: %j', async (said, status, code, detail) => {
    desk.answer = () => said;
    const answer = await replay(ids.mine);
    expect([answer.status, answer.body['type']]).toEqual([status, `urn:homing:problem:${code}`]);
    expect(String(answer.body['detail'])).toMatch(detail);
    if (status === 503) expect(answer.headers.get('retry-after')).toBe('2');
  });

  it('names the fields that would be refused again', async () => {
    const faults = [{ field: 'data.urgency', code: 'isIn', message: 'must be one of low, normal, high, critical' }];
    desk.answer = () => ({ kind: 'faulty', faults });
    const { status, body } = await replay(ids.mine, { data: {} });
    expect([status, body.errors]).toEqual([422, faults]);
  });

  it('is 503 when no desk answers', async () => {
    const silent = await replay(ids.mine);
    expect([silent.status, silent.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it.each([
    ['a list', [1], ''],
    ['another field', { body: {} }, 'body'],
  ])('refuses %s before it asks', async (_what, body, field) => {
    const answer = await replay(ids.mine, body);
    expect([answer.status, answer.body.errors?.[0]?.field]).toEqual([422, field]);
    expect((await replay(ids.mine, {}, { 'idempotency-key': '' })).status).toBe(422);
    expect(desk.asked).toEqual([]);
  });
});

describe('unmatched signals', () => {
  it('are listed with counts of all, by owner', async () => {
    const park = createSignalPark(stack.vault.as('vault_desk'));
    const times = { now: '2026-03-01T10:00:00.000Z', expiresAt: '2026-03-04T10:00:00.000Z' };
    await park.park([parkedSignal({ tenantId: mine.tenantId }), parkedSignal({ tenantId: mine.tenantId })], times);
    await park.park([parkedSignal({ providerMessageId: null, deliveryId: 'd' })], times);
    const { status, body } = await call('/unmatched-signals?limit=1');
    expect([status, faultsAgainst('UnmatchedSignalPage', body)]).toEqual([200, []]);
    expect(body).toMatchObject({ items: [{ tenantId: mine.tenantId }], counts: { total: 2 } });
    expect((await call(`/unmatched-signals?cursor=${String(body['nextCursor'])}`)).body.items).toHaveLength(1);
    expect((await call('/unmatched-signals?provider=brevo')).body.items).toEqual([]);
    expect((await call('/unmatched-signals?owner=installation')).status).toBe(403);
    const nobodys = await call('/unmatched-signals?owner=installation', { key: operatorKey });
    expect(nobodys.body).toMatchObject({ items: [{ deliveryId: 'd' }], counts: { total: 1 } });
    expect((await call('/unmatched-signals', { key: theirs.key })).body).toEqual({
      items: [],
      counts: { total: 0, groups: [] },
    });
  });
});
