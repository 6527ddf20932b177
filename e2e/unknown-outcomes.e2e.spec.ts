// What became of it? Real: the shipped processes over TCP; each kills itself once at every point on the way of a look-up, a
// cancellation and a settlement. Played: the provider, which takes messages and drops the connection; its ledger says what was sent.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until, type LocalStack } from '@homing/testing/local-stack';
import { startCrashingStack, WHEN_ASKED, type CrashingStack } from './crash-points.fixture.js';
import { emailRequest, someone } from './requests.fixture.js';

let crashing: CrashingStack;
let stack: LocalStack;
beforeAll(async () => {
  crashing = await startCrashingStack(WHEN_ASKED, { SENDGRID_LOOKUP: 'true', SENDGRID_LOOKUP_AFTER_SECONDS: '1' });
  stack = crashing.stack;
}, 600_000);
afterAll(() => crashing.stop(), 900_000);

const taken = { dropAfterAccept: 1, webhook: { paused: true } };
const lost = { dropBeforeAccept: 1, webhook: { paused: true } };
const silent = { activity: { allowed: false } };
interface Listed {
  readonly deliveryId: string;
  readonly outreachId: string;
  readonly ageSeconds: number;
  readonly settles: { readonly nextLookUpAt?: string; readonly assumedSentAt?: string };
}

async function ask(over: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await stack.api.send(emailRequest(someone(), over));
  expect(status).toBe(202);
  return String(body['outreachId']);
}
const inState = (id: string, ...states: string[]) =>
  until(
    async () => {
      const outreach = await stack.api.outreach(id);
      return outreach && states.includes(outreach.state) && outreach;
    },
    `${id} to be ${states.join(' or ')}`,
  );
const linesOf = async (id: string) => (await stack.ledger()).filter(({ deliveryId }) => deliveryId === `${id}.1`);
const listed = async (id: string): Promise<Listed | undefined> =>
  (await stack.api.get<{ items: Listed[] }>('/unknown-outcomes')).body.items.find((item) => item.outreachId === id);
const settle = (id: string, body: unknown) => stack.api.post(`/unknown-outcomes/${id}.1/1/settle`, body);

/** Asked again until it is done: killed on the way, it is answered only that it will be. */
const done = (asking: () => Promise<{ status: number; body: Record<string, unknown> }>) =>
  until(async () => {
    const { status, body } = await asking();
    return status === 200 && body;
  }, 'it to be answered');

/** Whom the provider took and never answered for; whom it never had. */
let took: string;
let never: string;

describe('an attempt whose outcome nobody knows', () => {
  it('is listed, with what will settle it and when', async () => {
    await stack.behave(lost);
    never = await ask();
    await inState(never, 'outcome_unknown');
    await stack.behave(taken);
    took = await ask();
    await inState(took, 'outcome_unknown');
    const item = await until(() => listed(took), 'it to be listed');
    expect(item).toMatchObject({ deliveryId: `${took}.1`, settles: { nextLookUpAt: expect.any(String) } });
    expect(Date.parse(item.settles.assumedSentAt ?? '')).toBeGreaterThan(Date.now() + 71 * 3_600_000);
    await stack.behave({ webhook: { paused: true } });
  }, 600_000);

  it('is looked up and settled: what the provider took stays sent once', async () => {
    const outreach = await inState(took, 'queued');
    const [line, ...more] = await linesOf(took);
    expect(more).toEqual([]);
    expect(outreach.deliveries[0]?.attempts).toMatchObject([{ attempt: 1, providerMessageId: line?.['messageId'] }]);
    expect(outreach.timeline).toContainEqual(expect.objectContaining({ transition: 'queued', via: 'lookup' }));
    expect(await listed(took)).toBeUndefined();
  }, 900_000);

  it('is looked up and settled: what it surely never had is tried again', async () => {
    const outreach = await inState(never, 'scheduled', 'queued');
    expect(outreach.timeline).toContainEqual(expect.objectContaining({ transition: 'rejected', via: 'lookup' }));
  }, 900_000);

  it('is settled by an operator where the provider may not be asked, and merges what it says afterwards', async () => {
    await stack.behave({ ...lost, ...silent });
    const unsent = await ask();
    await inState(unsent, 'outcome_unknown');
    await stack.behave({ ...taken, ...silent });
    const sent = await ask();
    await inState(sent, 'outcome_unknown');

    const answer = await done(() => settle(sent, { outcome: 'sent', note: 'TICKET-4711' }));
    expect(answer).toMatchObject({ deliveryId: `${sent}.1`, attempt: 1, status: 'settled', state: 'queued' });
    expect(await settle(sent, { outcome: 'not_sent' })).toMatchObject({ status: 409 });
    const outreach = await inState(sent, 'queued');
    const said = outreach.timeline.filter((event) => 'via' in event);
    expect(said).toMatchObject([{ transition: 'queued', via: 'operator', note: 'TICKET-4711' }]);
    expect(await listed(sent)).toBeUndefined();

    await stack.behave({});
    await done(() => settle(unsent, { outcome: 'not_sent' }));
    for (const id of [took, never, sent, unsent]) await inState(id, 'delivered');
    const attempts = async (id: string) => (await linesOf(id)).map(({ attempt }) => attempt);
    expect(await Promise.all([took, never, sent, unsent].map(attempts))).toEqual([[1], [2], [1], [2]]);
  }, 900_000);
});

describe('cancelling', () => {
  it('ends what waits for its time, whoever is killed meanwhile, and it is never sent', async () => {
    const id = await ask({ sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    await inState(id, 'scheduled');
    const answer = await done(() => stack.api.post(`/outreach/${id}/cancel`));
    expect(answer).toMatchObject({ outreachId: id, status: 'cancelled', deliveries: [{ state: 'cancelled' }] });
    const outreach = await inState(id, 'cancelled');
    const told = outreach.timeline.map(({ transition }) => transition);
    for (const transition of ['cancel_requested', 'cancelled', 'settled'])
      expect(told.filter((each) => each === transition)).toHaveLength(1);
    expect(await linesOf(id)).toEqual([]);
  }, 900_000);

  it('comes too late for what has arrived, and says so', async () => {
    const id = await ask();
    await inState(id, 'delivered');
    const { status, body } = await stack.api.post(`/outreach/${id}/cancel`);
    expect([status, body['status']]).toEqual([200, 'nothing_to_cancel']);
    expect(await stack.api.post(`/outreach/${crypto.randomUUID()}/cancel`)).toMatchObject({ status: 404 });
  }, 600_000);
});

it('every point on these ways has killed once', async () => {
  await until(() => crashing.fired().length === Object.keys(WHEN_ASKED).length, 'every point to kill');
  expect(crashing.fired().sort()).toEqual(Object.keys(WHEN_ASKED).sort());
});
