// The HTTP surface over parts that are played: rows, and a gateway that answers what a test tells it to.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AssistedAnswer, AssistedRequest } from '@homing/contracts';
import type { AssistedTaskFilter, AssistedTaskRow } from '@homing/read-model';
import type { RunningService } from '@homing/service-kit';
import { sealTaskAnswer } from '@homing/vault/seal';
import { asJson, authorized, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

const outreachId = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001';
const deliveryId = `${outreachId}.1`;
const id = `${deliveryId}.1`;
const row: AssistedTaskRow = {
  deliveryId,
  attempt: 1,
  outreachId,
  tenantId: TENANT,
  campaignKey: null,
  channel: 'linkedin',
  provider: 'linkedin',
  reason: 'partners_only',
  state: 'open',
  requestedAt: '2026-05-01T10:00:00.000Z',
  expiresAt: '2026-05-08T10:00:00.000Z',
  openedBy: null,
  endedAt: null,
  endedBy: null,
  closedReason: null,
  worker: null,
  claimedUntil: null,
  despite: null,
  updatedPosition: 1n,
};

let service: RunningService | undefined;
afterEach(() => service?.stop());

async function stage(answer: (request: AssistedRequest) => AssistedAnswer | undefined | Promise<AssistedAnswer>) {
  const asked: AssistedRequest[] = [];
  const filters: AssistedTaskFilter[] = [];
  const base = fakeParts();
  let heard: (bytes: Uint8Array | undefined) => void = () => undefined;
  const parts = {
    ...base.parts,
    queries: {
      ...base.parts.queries,
      listTasks: async (filter: AssistedTaskFilter) => (filters.push(filter), { rows: [row], nextCursor: 'next' }),
      findTask: async ({ deliveryId: of }: { deliveryId: string }) => (of === deliveryId ? row : undefined),
    },
    bus: {
      ...base.parts.bus,
      expectAnswer: () => ({
        replyTo: '_INBOX_api.a.b',
        answer: new Promise<Uint8Array | undefined>((resolve) => (heard = resolve)),
        cancel: () => undefined,
      }),
      tellTaskDesk: (request: AssistedRequest) => {
        asked.push(request);
        void Promise.resolve(answer(request)).then((said) => heard(said && Buffer.from(JSON.stringify(said))));
        return true;
      },
    },
  };
  service = await startApi({ parts, readiness: base.readiness });
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${service!.url}/api/v1/assisted-tasks${path}`, {
      method,
      headers: { ...(body === undefined ? authorized() : asJson), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { asked, filters, call };
}

const done = (outcome: 'sent' | 'not_sent' | 'declined'): AssistedAnswer => ({
  kind: 'done',
  outcome,
  at: row.requestedAt,
  repeated: false,
});
const typeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
  status,
  String(body['type']).split(':').at(-1),
];

describe('GET /assisted-tasks', () => {
  it('lists what is open, by channel and state where asked, without to whom or what', async () => {
    const { call, filters } = await stage(() => undefined);
    const { status, body } = await call('GET', '?channel=linkedin&limit=2');
    expect(status).toBe(200);
    expect(faultsAgainst('AssistedTaskPage', body)).toEqual([]);
    expect(body).toMatchObject({ items: [{ id, reason: 'partners_only', state: 'open' }], nextCursor: 'next' });
    await call('GET', '?state=all');
    await call('GET', '?state=declined');
    expect(filters).toEqual([
      { tenantId: TENANT, limit: 2, state: 'open', channel: 'linkedin' },
      { tenantId: TENANT, limit: 50 },
      { tenantId: TENANT, limit: 50, state: 'declined' },
    ]);
  });

  it.each(['?state=gone', '?channel=pigeon', '?order=up'])('refuses %s', async (query) => {
    const { call } = await stage(() => undefined);
    expect(typeOf(await call('GET', query))).toEqual([422, 'invalid_fields']);
  });
});

describe('GET /assisted-tasks/{id}', () => {
  it('shows the text, which crosses the bus sealed to this one answer', async () => {
    const message = {
      channel: 'linkedin',
      to: { address: 'urn:li:person:ada' },
      from: { address: 'us' },
      text: 'Hello',
    };
    const { call, asked } = await stage(async (request) => {
      if (request.action !== 'open') throw new Error(request.action);
      const bytes = Buffer.from(JSON.stringify(message));
      const sealed = await sealTaskAnswer(bytes, { tenantId: TENANT, taskId: id, key: request.answerKey });
      return { kind: 'opened', sealed: Buffer.from(sealed).toString('base64') };
    });
    const { status, body } = await call('GET', `/${id}`);
    expect([status, body['message']]).toEqual([200, message]);
    expect(faultsAgainst('AssistedTask', body)).toEqual([]);
    expect(asked).toMatchObject([{ tenantId: TENANT, outreachId, leg: 1, attempt: 1, by: 'key:k1', action: 'open' }]);
  });

  it.each<[AssistedAnswer | undefined, number, string]>([
    [{ kind: 'withdrawn', reason: 'suppressed' }, 409, 'withdrawn'],
    [{ kind: 'resting', reason: 'campaign_paused' }, 409, 'campaign_paused'],
    [{ kind: 'already_done', outcome: 'sent', at: row.requestedAt }, 409, 'already_done'],
    [{ kind: 'claimed', by: 'key:k2', until: row.expiresAt }, 409, 'claimed'],
    [{ kind: 'not_found' }, 404, 'not_found'],
    [{ kind: 'unavailable' }, 503, 'unavailable'],
    [undefined, 503, 'unavailable'],
  ])('passes on why not: %j', async (answer, status, code) => {
    const { call } = await stage(() => answer);
    expect(typeOf(await call('GET', `/${id}`))).toEqual([status, code]);
  });

  it('is claimed by whoever names themselves, in a word that names nobody', async () => {
    const { call, asked } = await stage(() => ({ kind: 'claimed', by: 'key:k1', until: row.expiresAt }));
    const answer = await call('GET', `/${id}?worker=desk-1`);
    expect(answer.body['detail']).toContain(row.expiresAt);
    expect(typeOf(await call('GET', `/${id}?worker=Ada%20L`))).toEqual([422, 'invalid_fields']);
    await call('POST', `/${id}/decline`, { worker: 'desk-1' });
    expect(asked).toMatchObject([
      { action: 'open', worker: 'desk-1' },
      { outcome: 'declined', worker: 'desk-1' },
    ]);
  });

  it.each(['nothing', `${outreachId}.1`, `${outreachId}.1.0`, `${outreachId}.2.1`])(
    'does not find %s, and asks nobody',
    async (name) => {
      const { call, asked } = await stage(() => ({ kind: 'not_found' }));
      expect(typeOf(await call('GET', `/${name}`))).toEqual([404, 'not_found']);
      expect(asked).toEqual([]);
    },
  );
});

describe('a word about a task', () => {
  it('that it was sent, with or without a body', async () => {
    const { call, asked } = await stage(() => done('sent'));
    const { status, body } = await call('POST', `/${id}/done`, undefined, { 'idempotency-key': 'once' });
    expect([status, body]).toEqual([200, { id, state: 'sent', at: row.requestedAt, repeated: false }]);
    expect(faultsAgainst('AssistedTaskResult', body)).toEqual([]);
    await call('POST', `/${id}/done`, { note: 'TICKET-1' });
    expect(asked).toMatchObject([
      { action: 'finish', outcome: 'sent', idempotencyKey: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { action: 'finish', outcome: 'sent', note: 'TICKET-1' },
    ]);
  });

  it('that it was sent although nobody was to any more, is taken and says so', async () => {
    const { call } = await stage(() => ({ ...done('sent'), despite: 'suppressed' }) as AssistedAnswer);
    const { body } = await call('POST', `/${id}/done`, {});
    expect(body).toMatchObject({ state: 'sent', despite: 'suppressed' });
    expect(faultsAgainst('AssistedTaskResult', body)).toEqual([]);
  });

  it('that it could not be, or that nobody will', async () => {
    const { call, asked } = await stage((request) => (request.action === 'finish' ? done(request.outcome) : undefined));
    expect((await call('POST', `/${id}/done`, { outcome: 'not_sent' })).body).toMatchObject({ state: 'not_sent' });
    expect((await call('POST', `/${id}/decline`, {})).body).toMatchObject({ state: 'declined' });
    expect(asked).toMatchObject([{ outcome: 'not_sent' }, { outcome: 'declined' }]);
  });

  it.each<[string, object]>([
    ['done', { outcome: 'declined' }],
    ['done', { note: 'she said no' }],
    ['decline', { outcome: 'sent' }],
  ])('that cannot be read is refused: %s %j', async (word, body) => {
    const { call, asked } = await stage(() => done('sent'));
    expect(typeOf(await call('POST', `/${id}/${word}`, body))).toEqual([422, 'invalid_fields']);
    expect(asked).toEqual([]);
  });

  it('that comes second is told who was first', async () => {
    const { call } = await stage(() => ({ kind: 'already_done', outcome: 'sent', at: row.requestedAt, by: 'key:k2' }));
    const answer = await call('POST', `/${id}/done`, {});
    expect(typeOf(answer)).toEqual([409, 'already_done']);
    expect(answer.body['detail']).toContain('key:k2');
  });
});
