// Over real stores and a real bus; the orchestrator alone is played.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandAnswer, OutreachCommand } from '@homing/contracts';
import { type ApiStack, startApiStack, type TestTenant, until } from '../api.stack.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

let stack: ApiStack;
let tenant: TestTenant;
let stranger: TestTenant;
/** Accepted, sealed, and in no read model. */
let outreachId: string;

beforeAll(async () => {
  stack = await startApiStack();
  [tenant, stranger] = await Promise.all([stack.newTenant(), stack.newTenant()]);
  const sent = await post('/outreach/send', {
    recipient: { id: `r-${randomUUID()}`, contacts: { email: 'a@reader.test' } },
    content: { literal: { email: { subject: 'Hello', text: 'A word' } } },
  });
  ({ outreachId } = sent.body as { outreachId: string });
});
afterAll(() => stack.stop());
afterEach(() => {
  stack.orchestrator.obey = undefined;
  stack.orchestrator.commands.length = 0;
});

async function post(path: string, body?: unknown, { key = tenant.key, url = stack.service.url } = {}) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { status, headers } = answer;
  return { status, headers, body: (await answer.json()) as Record<string, unknown> };
}
const cancelling = () => `/outreach/${outreachId}/cancel`;
const settling = (attempt: number | string = 1) => `/unknown-outcomes/${outreachId}.1/${attempt}/settle`;
const obeying =
  (status: string, more: object = {}) =>
  (command: OutreachCommand): CommandAnswer =>
    (command.kind === 'settle_unknown'
      ? { kind: command.kind, outreachId, leg: 1, attempt: 1, status, ...more }
      : { kind: 'cancel', outreachId, status, deliveries: [], ...more }) as CommandAnswer;
const typeOf = ({ body }: { body: Record<string, unknown> }) => body['type'];

describe('POST /outreach/{id}/cancel', () => {
  it('answers what the orchestrator did, and names the key that asked', async () => {
    const deliveries = [{ deliveryId: `${outreachId}.1`, channel: 'email', state: 'cancelled' }];
    stack.orchestrator.obey = obeying('cancelled', { deliveries });
    const answer = await post(cancelling());
    expect(answer).toMatchObject({ status: 200, body: { outreachId, status: 'cancelled', deliveries } });
    expect(faultsAgainst('Cancellation', answer.body)).toEqual([]);
    expect(stack.orchestrator.commands).toMatchObject([
      { kind: 'cancel', tenantId: tenant.tenantId, outreachId, by: expect.stringMatching(/^key:[\w-]+$/) },
    ]);
  });

  it('takes an empty object for no body, and refuses a field it does not know', async () => {
    stack.orchestrator.obey = obeying('nothing_to_cancel');
    expect(await post(cancelling(), {})).toMatchObject({ status: 200, body: { status: 'nothing_to_cancel' } });
    const refused = await post(cancelling(), { reason: 'changed my mind' });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: 'reason', code: 'unknown_field' }] } });
  });

  it('answers 202 and where to look when nobody answers in time', async () => {
    const hasty = await stack.startAnother({ DECISION_WAIT_MS: '50' });
    const answer = await post(cancelling(), undefined, { url: hasty.url });
    expect(answer).toMatchObject({ status: 202, body: { status: 'accepted', deliveries: [] } });
    expect(answer.headers.get('location')).toBe(`/api/v1/outreach/${outreachId}`);
  });

  it.each<[string, () => Promise<{ status: number; body: Record<string, unknown> }>]>([
    ['another tenant’s outreach', () => post(cancelling(), undefined, { key: stranger.key })],
    ['one that nobody asked for', () => post(`/outreach/${randomUUID()}/cancel`)],
    ['an id that is none', () => post('/outreach/nothing/cancel')],
  ])('does not find %s, and tells nobody', async (_what, asking) => {
    const answer = await asking();
    expect([answer.status, typeOf(answer)]).toEqual([404, 'urn:homing:problem:not_found']);
    expect(stack.orchestrator.commands).toEqual([]);
  });

  it('needs a key that may write', async () => {
    const key = await tenant.keyWith(['outreach:read']);
    expect((await post(cancelling(), undefined, { key })).status).toBe(403);
  });
});

describe('POST /unknown-outcomes/{deliveryId}/{attempt}/settle', () => {
  it('hands on what the operator knows', async () => {
    stack.orchestrator.obey = obeying('settled', { state: 'queued' });
    const body = { outcome: 'sent', providerMessageId: 'LRzXl_NHStOGhQ4kofSm_A', note: 'TICKET-4711' };
    const answer = await post(settling(), body);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ deliveryId: `${outreachId}.1`, attempt: 1, status: 'settled', state: 'queued' });
    expect(faultsAgainst('SettledOutcome', answer.body)).toEqual([]);
    expect(stack.orchestrator.commands).toMatchObject([
      { kind: 'settle_unknown', tenantId: tenant.tenantId, outreachId, leg: 1, attempt: 1, ...body },
    ]);
  });

  it('says that something else is known of it', async () => {
    stack.orchestrator.obey = obeying('not_unknown', { state: 'delivered' });
    const answer = await post(settling(), { outcome: 'not_sent' });
    expect([answer.status, typeOf(answer)]).toEqual([409, 'urn:homing:problem:not_unknown']);
    expect(answer.body['detail']).toContain('delivered');
  });

  it('says when to come back while it is being sent again', async () => {
    stack.orchestrator.obey = obeying('under_way', { retryAfterSeconds: 9 });
    const answer = await post(settling(), { outcome: 'not_sent' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '9']);
    expect(typeOf(answer)).toBe('urn:homing:problem:under_way');
  });

  it.each<[string, unknown, string]>([
    ['no outcome', {}, 'outcome'],
    ['an outcome between the two', { outcome: 'perhaps' }, 'outcome'],
    ['prose', { outcome: 'sent', note: 'I called Ada' }, 'note'],
    ['an address', { outcome: 'sent', providerMessageId: 'ada@reader.test' }, 'providerMessageId'],
    ['a field of somebody else’s', { outcome: 'sent', tenantId: 'x' }, 'tenantId'],
  ])('refuses %s, naming the field and never its value', async (_what, body, field) => {
    const answer = await post(settling(), body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(answer.body)).not.toContain('Ada');
    expect(JSON.stringify(answer.body)).not.toContain('ada@');
    expect(stack.orchestrator.commands).toEqual([]);
  });

  it.each<[string, () => string]>([
    ['a delivery that is none', () => `/unknown-outcomes/nothing/1/settle`],
    ['an attempt that is none', () => settling('0')],
    ['an attempt beyond all counting', () => settling('1234567')],
    ['another’s', () => `/unknown-outcomes/${randomUUID()}.1/1/settle`],
  ])('does not find %s', async (_what, path) => {
    expect((await post(path(), { outcome: 'sent' })).status).toBe(404);
    expect(stack.orchestrator.commands).toEqual([]);
  });

  it('does not find what the orchestrator does not', async () => {
    stack.orchestrator.obey = obeying('not_found');
    expect((await post(settling(7), { outcome: 'sent' })).status).toBe(404);
  });

  it('needs a key that may settle, and finds nothing for another tenant’s', async () => {
    const key = await tenant.keyWith(['outreach:write', 'outreach:read']);
    expect((await post(settling(), { outcome: 'sent' }, { key })).status).toBe(403);
    expect((await post(settling(), { outcome: 'sent' }, { key: stranger.key })).status).toBe(404);
    expect(stack.orchestrator.commands).toEqual([]);
  });
});

describe('a bus that is away', () => {
  it('is 503 with the time to come back', async () => {
    await stack.stopBus();
    const answer = await post(cancelling());
    expect([answer.status, typeOf(answer)]).toEqual([503, 'urn:homing:problem:unavailable']);
    expect(answer.headers.get('retry-after')).not.toBeNull();
    await stack.startBus();
    await until(async () => (await fetch(`${stack.service.url}/health/ready`)).ok);
  });
});
