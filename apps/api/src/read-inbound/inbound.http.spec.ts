import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeskAnswer, DeskRequest } from '@homing/contracts';
import type { RunningService } from '@homing/service-kit';
import type { InboundFilter, SeenInbound } from '@homing/vault/letters';
import { authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

const id = '0197a000-0000-5000-8000-00000000000a';
const row: SeenInbound = {
  ...{ id, provider: 'twilio', channel: 'sms', class: 'reply', mask: '+***78', outreachId: id, deliveryId: `${id}.1` },
  ...{ occurredAt: '2026-05-01T10:00:00.000Z', receivedAt: '2026-05-01T10:00:01.000Z' },
};
const written = { from: '+4915112345678', to: '+4930123456', text: 'Call me' };
const asked: (InboundFilter | DeskRequest)[] = [];
let service: RunningService;
let deskSays: DeskAnswer | undefined;

beforeAll(async () => {
  const { parts } = fakeParts();
  const answer = () =>
    Promise.resolve(deskSays === undefined ? undefined : new TextEncoder().encode(JSON.stringify(deskSays)));
  service = await startApi(
    fakeParts({
      registry: {
        ...parts.registry,
        verifyApiKey: async (key) =>
          key === 'only-a-tenants'
            ? { kind: 'valid', keyId: 'k2', tenantId: TENANT, scopes: ['inbound:read'] }
            : parts.registry.verifyApiKey(key),
      },
      inbound: {
        list: async (filter) => (asked.push(filter), { items: [row], nextCursor: 'more' }),
        find: async (ref) => (ref.tenantId === TENANT && ref.id === id ? row : undefined),
      },
      letters: {
        ...parts.letters,
        createAnswerKey: async () => ({ key: 'k', open: async (sealed) => sealed }),
      },
      bus: {
        ...parts.bus,
        expectAnswer: () => ({ replyTo: '_INBOX.a.b', answer: answer(), cancel: () => {} }),
        tellDesk: (request) => (asked.push(request), true),
      },
    }),
  );
});
afterAll(() => service.stop());

async function ask(path: string, key?: string) {
  const headers = key === undefined ? authorized() : { authorization: `Bearer ${key}` };
  const answer = await fetch(`${service.url}/api/v1/inbound${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const { id: _id, mask: contact, ...rest } = row;
const shown = { inboundId: id, ...rest, contact };

describe('the inbox', () => {
  it('lists what people wrote by kind, channel and what is answered, page by page', async () => {
    const { status, body } = await ask(`?class=reply&channel=sms&outreachId=${id}&limit=1&cursor=abc`);
    expect([status, body]).toEqual([200, { items: [shown], nextCursor: 'more' }]);
    expect(faultsAgainst('InboundPage', body)).toEqual([]);
    const viewer = { tenantId: TENANT, operator: true };
    const filter = {
      ...viewer,
      owner: 'tenant',
      class: 'reply',
      channel: 'sms',
      outreachId: id,
      limit: 1,
      cursor: 'abc',
    };
    expect(asked.at(-1)).toEqual(filter);
  });

  it('lists to an operator what belongs to no tenant, and to nobody else', async () => {
    expect((await ask('?owner=installation')).status).toBe(200);
    expect(asked.at(-1)).toEqual({ tenantId: TENANT, operator: true, owner: 'installation', limit: 50 });
    const before = asked.length;
    expect(await ask('?owner=installation', 'only-a-tenants')).toMatchObject({
      status: 403,
      body: { type: expect.stringContaining('missing_scope'), detail: expect.stringContaining('installation:operate') },
    });
    expect((await ask('?owner=everybody')).status).toBe(422);
    expect(asked).toHaveLength(before);
  });

  it('shows one, and nothing of what is not there', async () => {
    expect(await ask(`/${id}`)).toEqual({ status: 200, body: shown });
    expect((await ask(`/${TENANT}`)).status).toBe(404);
  });

  it.each(['?class=nonsense', '?channel=pigeon', '?colour=red', '?limit=0'])('refuses %s', async (query) =>
    expect((await ask(query)).status).toBe(422),
  );

  it('shows what was written as the desk opens it, asked in the caller’s name', async () => {
    deskSays = { kind: 'opened', sealed: Buffer.from(JSON.stringify(written)).toString('base64') };
    const { status, body } = await ask(`/${id}/text`);
    expect([status, body]).toEqual([200, { inboundId: id, ...written }]);
    expect(faultsAgainst('InboundText', body)).toEqual([]);
    expect(asked.at(-1)).toMatchObject({ action: 'open_inbound', letterId: id, tenantId: TENANT, answerKey: 'k' });
  });

  it.each([
    ['is gone where its sender was erased', { kind: 'no_content' } as const, 410],
    ['is not there', { kind: 'not_found' } as const, 404],
    ['cannot be opened now', undefined, 503],
  ])('says that it %s', async (_what, answer, status) => {
    deskSays = answer;
    expect((await ask(`/${id}/text`)).status).toBe(status);
  });
});
