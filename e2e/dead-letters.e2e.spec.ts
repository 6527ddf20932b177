// Real: the shipped launcher with all its processes, driven over TCP. Played: the provider, by the simulator.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalStack, until, type BusClient } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';
import { signedWebhook } from './webhook.fixture.js';

let stack: LocalStack;
let publisher: BusClient;

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { DESK_TIDY_MS: '500' } });
  publisher = await stack.bus();
}, 600_000);
afterAll(() => stack.stop(), 900_000);

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly faults: readonly { readonly path: string; readonly code: string }[];
  readonly state: string;
}
const letters = async (query = ''): Promise<Letter[]> =>
  (await stack.api.get<{ items: Letter[] }>(`/dead-letters?state=open&limit=500${query}`)).body.items;
/** Publishes one message and resolves with the letter it becomes. */
async function buried(publish: () => Promise<void>, query = ''): Promise<Letter> {
  const before = new Set((await letters(query)).map(({ id }) => id));
  await publish();
  return until(async () => (await letters(query)).find(({ id }) => !before.has(id)), 'the letter to be listed');
}
const json = { 'content-type': 'application/json' };
const replay = (id: string, body: object, headers: Record<string, string> = {}) =>
  stack.api.call<Record<string, unknown>>(`/api/v1/dead-letters/${id}/replay`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
const inState = (id: string, state: string) =>
  until(async () => (await stack.api.outreach(id))?.state === state, `${id} to be ${state}`);
const sentTo = async (address: string) => (await stack.ledger()).filter((line) => line.to === address);

describe('a broken message', () => {
  it('is listed with its field, repaired, becomes exactly one outreach, and cannot be replayed again', async () => {
    const to = someone();
    const id = randomUUID();
    const data = { ...emailRequest(to), tenantId: stack.tenantId };
    const letter = await buried(() =>
      publisher.request({ id, source: 'shop', data: { ...data, urgency: 'yesterday' } }),
    );
    expect(letter).toMatchObject({ reason: 'invalid_request', faults: [{ path: 'data.urgency', code: 'isIn' }] });
    expect(JSON.stringify((await stack.api.get(`/dead-letters/${letter.id}`)).body)).not.toContain(to);

    const content = await stack.api.get(`/dead-letters/${letter.id}/content`);
    expect(content.body).toMatchObject({
      encoding: 'json',
      content: { id, data: { recipient: { contacts: { email: to } } } },
    });

    const asItWas = await replay(letter.id, {});
    expect([asItWas.status, asItWas.body['errors']]).toMatchObject([422, [{ field: 'data.urgency' }]]);
    const stillWrong = await replay(letter.id, { data: { ...data, content: { templateId: 'no-such' } } });
    expect([stillWrong.status, stillWrong.body['errors']]).toMatchObject([422, [{ field: 'data.content.templateId' }]]);

    const key = { 'idempotency-key': 'mend-1' };
    // Two operators at once, and one whose answer was lost.
    const answers = await Promise.all([
      replay(letter.id, { data }, key),
      replay(letter.id, { data }, key),
      replay(letter.id, { data }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual(expect.arrayContaining([202]));
    for (const { status } of answers) expect([202, 409]).toContain(status);
    const outreachId = stack.outreachId('shop', id);
    expect(answers.find(({ status }) => status === 202)?.headers.get('location')).toBe(
      `/api/v1/outreach/${outreachId}`,
    );
    await inState(outreachId, 'delivered');

    const again = await replay(letter.id, { data });
    expect([again.status, again.body['type']]).toEqual([409, 'urn:homing:problem:already_resolved']);
    // The publisher mends it, too, and sends it once more under the same id: it is the same message.
    await publisher.publish(
      'outreach.requested',
      { specversion: '1.0', type: 't', id, source: 'shop', data },
      randomUUID(),
    );
    await until(async () => (await publisher.backlog('outreach')) === 0, 'the repetition to be handled');
    expect(await sentTo(to)).toHaveLength(1);
    const { body } = await stack.api.get(`/dead-letters/${letter.id}`);
    expect(body).toMatchObject({
      state: 'replayed',
      resolution: { outreachId },
      actions: [{ action: 'content_read' }, { action: 'replayed' }],
    });
    await until(async () => {
      const held = await publisher.backlog('deadLetters');
      return held === (await letters()).length + (await letters('&owner=installation')).length;
    }, 'its content to leave the bus');
  });

  it('is given up with a reason, once', async () => {
    const to = someone();
    const campaignId = `c-${randomUUID().slice(0, 8)}`;
    const id = randomUUID();
    const data = { ...emailRequest(to), tenantId: stack.tenantId, campaignId };
    const letter = await buried(() => publisher.request({ id, source: 'shop', data }));
    expect((await replay(letter.id, {})).status).toBe(422);
    const discard = (reason: string) =>
      stack.api.call(`/api/v1/dead-letters/${letter.id}?reason=${reason}`, { method: 'DELETE' });
    expect(await discard('test')).toMatchObject({ status: 200, body: { state: 'discarded' } });
    expect((await discard('test')).status).toBe(200);
    expect((await discard('duplicate')).status).toBe(409);
    expect((await replay(letter.id, {})).status).toBe(409);
    expect(await sentTo(to)).toEqual([]);
  });

  it('of nobody known is the installation’s, and goes where its operator says', async () => {
    const to = someone();
    const canary = randomUUID();
    const publish = () =>
      publisher.publish('outreach.requested', new TextEncoder().encode(`{"canary": "${canary}"`), canary);
    const letter = await buried(publish, '&owner=installation');
    expect(letter.reason).toBe('malformed_event');
    expect((await letters()).map(({ id }) => id)).not.toContain(letter.id);
    const named = await replay(letter.id, { data: emailRequest(to) });
    expect(named.body['errors']).toMatchObject([{ field: 'data.tenantId', code: 'required' }]);
    const { status, body } = await replay(letter.id, { data: { ...emailRequest(to), tenantId: stack.tenantId } });
    expect(status).toBe(202);
    await inState(String((body['resolution'] as Record<string, unknown>)['outreachId']), 'delivered');
    expect(await sentTo(to)).toHaveLength(1);
  });
});

describe('a webhook that does not say what it is about', () => {
  const parked = async () =>
    (
      await stack.api.get<{ items: { providerEventId: string }[]; counts: { total: number } }>(
        '/unmatched-signals?owner=installation',
      )
    ).body;
  const opened = (eventId: string, messageId: string) => ({
    event: 'open',
    email: 'whoever@sandbox.test',
    timestamp: Math.floor(Date.now() / 1_000),
    sg_event_id: eventId,
    sg_message_id: `${messageId}.recvd-1-0.0`,
  });

  it('and comes before the answer is recorded ends up on the timeline', async () => {
    // The provider has taken the message, and its webhook is faster than its answer.
    await stack.behave({ answerDelayMs: 6_000, webhook: { paused: true } });
    const to = someone('silent');
    const { body } = await stack.api.send(emailRequest(to), { respondAsync: true });
    const [taken] = await until(async () => {
      const lines = await sentTo(to);
      return lines.length > 0 && lines;
    }, 'the provider to have it');
    const eventId = randomUUID();
    const answer = await signedWebhook(stack, JSON.stringify([opened(eventId, String(taken?.['messageId']))]));
    expect(await answer.json()).toEqual({ stored: 1, faulty: 0 });
    // Items and count are two reads: asked again until both were made while it was parked.
    await until(async () => {
      const { items, counts } = await parked();
      return items.some(({ providerEventId }) => providerEventId === eventId) && counts.total === 1;
    }, 'it to be parked, and to be the only one');

    const outreachId = String(body['outreachId']);
    const told = await until(async () => {
      const outreach = await stack.api.outreach(outreachId);
      return outreach?.timeline.some(({ transition }) => transition === 'opened') && outreach;
    }, 'it on the timeline');
    expect(told.timeline.filter(({ transition }) => transition === 'opened')).toHaveLength(1);
    await until(async () => (await parked()).counts.total === 0, 'the park to be empty');
    await stack.behave({});
  });

  it('and cannot even be read is kept as a sealed letter of the installation’s', async () => {
    const canary = `${randomUUID()}@sandbox.test`;
    const letter = await buried(async () => {
      const answer = await signedWebhook(stack, JSON.stringify([{ event: 'open', email: canary }]));
      expect(await answer.json()).toEqual({ stored: 0, faulty: 1 });
    }, '&owner=installation');
    expect(letter).toMatchObject({
      reason: 'unreadable_webhook',
      faults: [{ path: '[0]', code: 'timestamp_unreadable' }],
    });
    const content = await stack.api.get(`/dead-letters/${letter.id}/content`);
    expect(content.body['content']).toEqual([{ event: 'open', email: canary }]);
    const again = await replay(letter.id, {});
    expect([again.status, again.body['errors']]).toMatchObject([422, [{ field: '[0]', code: 'timestamp_unreadable' }]]);
  });
});
