// Many recipients in one call. Real: the shipped processes over TCP; API and scheduler kill themselves once at every point between the
// call and its last chunk. Played: the provider; its ledger says what was sent.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until, type LocalStack } from '@homing/testing/local-stack';
import { startCrashingStack, WHILE_BATCHING, type CrashingStack } from './crash-points.fixture.js';

interface Taken {
  readonly batchId: string;
  readonly accepted: number;
  readonly results: readonly { readonly status: string; readonly outreachId?: string }[];
}
interface Shown {
  readonly state: string;
  readonly withheld: number;
  readonly expanded: number;
  readonly progress: Readonly<Record<string, number>>;
}

let crashing: CrashingStack;
let stack: LocalStack;
beforeAll(async () => {
  crashing = await startCrashingStack(WHILE_BATCHING);
  stack = crashing.stack;
}, 600_000);
afterAll(() => crashing.stop(), 900_000);

const literal = { email: { subject: 'A word', text: 'To many.' } };
const call = (name: string, count: number, own: object = {}) => ({
  requestId: name,
  content: { literal },
  recipients: Array.from({ length: count }, (_, n) => ({
    ...{ id: `${name}-${n}`, contacts: { email: `${name}${n}+delivers@sandbox.test` } },
  })),
  ...own,
});

/** A careful caller: without an answer the same call is made again. */
const send = (body: object): Promise<Taken> =>
  until(async () => {
    const answer = await stack.api.post<Taken>('/outreach/send-batch', body).catch(() => undefined);
    if (answer && answer.status !== 202 && answer.status < 500) throw new Error(`answered with ${answer.status}`);
    return answer?.status === 202 && answer.body;
  }, 'the batch to be taken');
const shown = (batchId: string, holds: (batch: Shown) => boolean): Promise<Shown> =>
  until(async () => {
    const answer = await stack.api.get<Shown>(`/batches/${batchId}`).catch(() => undefined);
    return answer?.status === 200 && holds(answer.body) && answer.body;
  }, `batch ${batchId} to be so`);

describe('a batch whose processes are killed at every point of its way', () => {
  it('sends each of its messages once, and accounts for all of them', async () => {
    const taken = await send(call('many', 450));
    expect(taken.accepted).toBe(450);
    const { progress } = await shown(taken.batchId, ({ state }) => state === 'completed');
    expect(progress).toMatchObject({ percent: 100, sent: 450, pending: 0, unknown: 0 });
    const sent = (await stack.ledger()).map(({ deliveryId }) => deliveryId).toSorted();
    expect(sent).toEqual(taken.results.map(({ outreachId }) => `${outreachId}.1`).toSorted());
  }, 600_000);

  it('that is cancelled sends nothing more', async () => {
    const before = (await stack.ledger()).length;
    const later = { sendAt: new Date(Date.now() + 3_600_000).toISOString() };
    const { batchId } = await send(call('none', 450, later));
    await until(async () => (await stack.api.post(`/batches/${batchId}/cancel`)).status === 202, 'the cancellation');
    const { withheld, expanded, progress } = await shown(
      batchId,
      ({ state, progress: of }) => state === 'cancelled' && of['pending'] === 0,
    );
    expect(withheld + expanded).toBe(450);
    expect(progress).toMatchObject({ skipped: 450, sent: 0, percent: 100 });
    expect(await stack.ledger()).toHaveLength(before);
    expect(crashing.fired().toSorted()).toEqual(Object.keys(WHILE_BATCHING).toSorted());
  }, 600_000);
});
