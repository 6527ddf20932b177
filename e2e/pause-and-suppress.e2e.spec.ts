// What is not to be sent is not sent. Real: the shipped processes, two gateways, and every store. Played: the provider; its ledger
// says what was sent, and when it took it.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mintUnsubscribeToken } from '@homing/channels';
import { LocalStack, until, type BusClient, type LedgerLine } from '@homing/testing/local-stack';
import pg from 'pg';
import { emailRequest, someone } from './requests.fixture.js';
import { startSecondGateway } from './second-gateway.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const AUDIENCE = full ? 3_000 : 400;
/** Of every call, so that many are under way at any moment. */
const LATENCY_MS = 250;
/** The freshness lease of a pause. */
const LEASE_MS = 500;
/** What a busy machine may take from the call to the provider's socket. */
const ON_THE_WAY_MS = 3_000;

let stack: LocalStack;
let bus: BusClient;
let read: pg.Pool;
let stopSecond = async (): Promise<void> => {};

beforeAll(async () => {
  stack = await LocalStack.start({ environment: { REPAIR_SUPPRESSIONS_MS: '1000', DECISION_WAIT_MS: '30000' } });
  bus = await stack.bus();
  read = new pg.Pool({ connectionString: stack.environmentOf('scheduler')['READ_DATABASE_URL'], max: 1 });
  stopSecond = await startSecondGateway(stack);
}, 600_000);
afterAll(async () => {
  await stopSecond();
  await read.end();
  await stack.stop();
}, 900_000);

const campaign = (campaignId: string) => stack.api.post('/campaigns', { campaignId });
const patch = (path: string, body: object) =>
  stack.api.call(`/api/v1${path}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const setStatus = async (campaignId: string, status: string): Promise<number> => {
  expect((await patch(`/campaigns/${campaignId}/status`, { status })).status).toBe(200);
  return Date.now();
};
interface Batch {
  readonly accepted: number;
  readonly results: readonly { readonly outreachId: string }[];
}
const takenAt = (line: LedgerLine): number => Date.parse(String(line['at']));
const said = (subject: string) => ({ content: { literal: { email: { subject, text: 'Hello.' } } } });

/** Starts that wait in the timetable, of the campaign of this outreach: how often each was woken, and for how long it rests. */
async function waiting(outreachId: string): Promise<{ wakes: number; restsMs: number }[]> {
  const { rows } = await read.query<{ wakes: number; rests: string }>(
    `select t.wakes, extract(epoch from t.wake_at - now()) * 1000 as rests from read_model.timetable t
     join read_model.outreach o using (outreach_id) where t.kind = 'dispatch' and o.campaign_key = (
       select campaign_key from read_model.outreach where outreach_id = $1)`,
    [outreachId],
  );
  return rows.map(({ wakes, rests }) => ({ wakes, restsMs: Number(rests) }));
}
async function countWaiting(outreachId: string): Promise<number> {
  const { rows } = await read.query<{ count: number }>(
    `select count(*)::int as count from read_model.timetable t join read_model.outreach o using (outreach_id)
     where t.kind = 'dispatch' and o.campaign_key = (
       select campaign_key from read_model.outreach where outreach_id = $1)`,
    [outreachId],
  );
  return rows[0]?.count ?? 0;
}
const statusOf = async (campaignId: string) =>
  (
    await stack.api.get<{ sent: number; pending: number; reasons: object[] }>(
      `/outreach/campaigns/${campaignId}/status`,
    )
  ).body;

describe('a campaign under way in two gateways', () => {
  it('that is paused starts no call after the lease; resumed, the rest of it goes out, each once', async () => {
    await stack.behave({ latencyMs: LATENCY_MS });
    await campaign('tour');
    const asking = Array.from({ length: AUDIENCE }, (_, n) => {
      const data = { ...emailRequest(someone(), { campaignId: 'tour' }), tenantId: stack.tenantId };
      return bus.request({ id: String(n), source: 'tour', data });
    });
    await Promise.all(asking);
    await until(async () => (await stack.ledger()).length >= AUDIENCE / 10, 'it to be under way');
    const pausedAt = await setStatus('tour', 'paused');
    const atPause = (await stack.ledger()).length;
    // Decided before the pause or not at all: what stands is put down by the gateways, then left alone by the clock.
    await until(
      async () => (await bus.backlog('outreach')) + (await bus.backlog('dispatch')) === 0,
      'everything to be put down',
    );
    const resting = await until(async () => {
      const entries = await waiting(stack.outreachId('tour', '0'));
      return entries.every(({ restsMs }) => restsMs > 60_000) && entries;
    }, 'everything to rest');
    const lines = await stack.ledger();
    const tooLate = lines
      .map((line) => takenAt(line) - LATENCY_MS - pausedAt)
      .filter((ms) => ms > LEASE_MS + ON_THE_WAY_MS);
    expect(tooLate).toEqual([]);
    // The pause came in the middle: some were sent, more were not.
    expect(atPause).toBeLessThan(AUDIENCE);
    expect(resting.length).toBeGreaterThan(0);
    expect(Math.max(...resting.map(({ wakes }) => wakes))).toBeLessThanOrEqual(1);

    // What is asked for meanwhile, by either door, is decided and rests as well.
    const asked = await stack.api.send(emailRequest(someone(), { campaignId: 'tour' }));
    expect(asked.body['status']).toBe('scheduled');
    const late = { ...emailRequest(someone(), { campaignId: 'tour' }), tenantId: stack.tenantId };
    await bus.request({ id: 'late', source: 'tour', data: late });
    await until(
      async () => (await waiting(stack.outreachId('tour', '0'))).length === resting.length + 2,
      'both to wait',
    );
    expect(await stack.ledger()).toHaveLength(lines.length);

    await setStatus('tour', 'active');
    const planned = lines.length + resting.length + 2;
    await until(async () => (await stack.ledger()).length >= planned, 'the rest to be sent');
    await until(async () => (await statusOf('tour')).pending === 0, 'nothing to be left');
    const all = await stack.ledger();
    expect(new Set(all.map(({ deliveryId }) => deliveryId)).size).toBe(all.length);
    expect(all).toHaveLength(planned);
    expect((await statusOf('tour')).sent).toBe(planned);
  }, 900_000);

  it('that is stopped skips what it has planned, without waiting for its time', async () => {
    await stack.behave({});
    await campaign('ended');
    const sendAt = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const { body } = await stack.api.send(emailRequest(someone(), { campaignId: 'ended', sendAt }));
    const id = String(body['outreachId']);
    await until(async () => (await stack.api.outreach(id))?.state === 'scheduled', 'it to be planned');
    await setStatus('ended', 'stopped');
    const outreach = await until(async () => {
      const found = await stack.api.outreach(id);
      return found?.state === 'skipped' && found;
    }, 'it to be skipped');
    expect(outreach).toMatchObject({
      reason: 'campaign_stopped',
      deliveries: [{ closedReason: 'campaign_stopped', attempts: [] }],
    });
    expect((await stack.ledger()).filter(({ deliveryId }) => deliveryId.startsWith(id))).toEqual([]);
  }, 600_000);
});

describe('an address whose owner unsubscribed', () => {
  it('gets nothing more: what is planned is skipped at the gate, what is asked for refused, until it is lifted', async () => {
    const to = someone('unsubscribes');
    const sendAt = new Date(Date.now() + 15_000).toISOString();
    const planned = await stack.api.send(emailRequest(to, { ...said('Later'), sendAt }));
    expect(planned.body['status']).toBe('scheduled');
    await stack.api.send(emailRequest(to, said('Now')));
    const listed = await until(async () => {
      const { body } = await stack.api.get<{ items: { suppressionId: string }[] }>('/suppressions?reason=unsubscribe');
      return body.items[0];
    }, 'the unsubscription to be heard');
    // The fault has landed in time: what is planned is still to come.
    expect(Date.now()).toBeLessThan(Date.parse(sendAt));
    const refused = await stack.api.send(emailRequest(to, said('Again')));
    expect(refused.body).toMatchObject({ status: 'refused', refusal: { reason: 'suppressed' } });

    const id = String(planned.body['outreachId']);
    const skipped = await until(async () => {
      const found = await stack.api.outreach(id);
      return found?.state === 'skipped' && found;
    }, 'the planned one to be skipped');
    expect(skipped).toMatchObject({ deliveries: [{ closedReason: 'suppressed', attempts: [] }] });
    expect((await stack.ledger()).filter((line) => line.to === to)).toHaveLength(1);

    const lift = `/api/v1/suppressions/${listed.suppressionId}?reason=consent_given`;
    expect((await stack.api.call(lift, { method: 'DELETE' })).body).toMatchObject({ status: 'lifted' });
    expect((await stack.api.send(emailRequest(to, said('Welcome back')))).body['status']).toBe('scheduled');
    await until(async () => (await stack.ledger()).filter((line) => line.to === to).length === 2, 'it to be sent');
  }, 600_000);

  it('gets nothing where an operator says so, in any spelling', async () => {
    const to = someone();
    const address = to.toUpperCase();
    const held = await stack.api.post('/suppressions', { channel: 'email', address, note: 'TICKET-4711' });
    expect(held).toMatchObject({ status: 201, body: { status: 'suppressed' } });
    expect((await stack.api.send(emailRequest(to))).body).toMatchObject({ refusal: { reason: 'suppressed' } });
  }, 900_000);

  it('is held back again after the vault has forgotten it', async () => {
    const address = someone();
    const hold = () => stack.api.post<{ suppressionId: string }>('/suppressions', { channel: 'email', address });
    const { suppressionId } = (await hold()).body;
    await stack.api.call(`/api/v1/suppressions/${suppressionId}?reason=test`, { method: 'DELETE' });
    await hold();
    const vault = new pg.Client({ connectionString: stack.environmentOf('orchestrator')['VAULT_DATABASE_URL'] });
    await vault.connect();
    // As a backup from before the second word would leave it.
    const { rowCount } = await vault.query(
      `update vault.suppression set reasons = '[]', suppressed = false, since = null, revision = 0 where fingerprint = $1`,
      [suppressionId],
    );
    await vault.end();
    expect(rowCount).toBe(1);
    const found = async () => (await stack.api.get(`/suppressions/${suppressionId}`)).status === 200;
    await until(found, 'the table to be repaired');
    expect((await stack.api.send(emailRequest(address))).body).toMatchObject({ refusal: { reason: 'suppressed' } });
  }, 900_000);
});

/** What ten thousand may take on a busy machine. */
const LONG_MS = 900_000;
/** From the acknowledgement of a wish to hear no more to the last start of a call. */
const OPT_OUT_MS = 1_000;

describe('recipients of a running send who press the one-click link', () => {
  const WANT_NO_MORE = full ? 200 : 20;
  const RUNNING = full ? 10_000 : 700;
  /** Long, so that the send is still running when the wishes are acknowledged, and for long after. */
  const SLOW_MS = 3_000;

  it('get nothing whose call starts more than a second after it was acknowledged', async () => {
    await stack.behave({});
    const leaving = Array.from({ length: WANT_NO_MORE }, () => someone());
    const first = await Promise.all(leaving.map((to) => stack.api.send(emailRequest(to, said('First')))));
    const outreachIds = first.map(({ body }) => String(body['outreachId']));
    const sentTo = async (ids: ReadonlySet<string>) =>
      (await stack.ledger()).filter(({ deliveryId }) => ids.has(deliveryId.split('.')[0] ?? ''));
    const sent = await until(async () => {
      const lines = await sentTo(new Set(outreachIds));
      return lines.length === WANT_NO_MORE && lines;
    }, 'each to have a message with a link');

    await campaign('leaving');
    await patch('/campaigns/leaving/status', { status: 'paused' });
    const staying = Array.from({ length: RUNNING - WANT_NO_MORE }, () => someone());
    // Those who leave stand between the others: whatever order the send goes in, most of their turns come when it has long been running.
    const every = Math.floor(staying.length / leaving.length);
    const all = leaving.flatMap((to, n) => [...staying.slice(n * every, (n + 1) * every), to]);
    const everyone = [...all, ...staying.slice(leaving.length * every)];
    const recipients = everyone.map((to) => emailRequest(to).recipient);
    const { content } = said('To many');
    const send = { requestId: 'leaving', campaignId: 'leaving', content, recipients };
    // A careful caller: without an answer the same call is made again.
    const taken = await until(async () => {
      const answer = await stack.api.post<Batch>('/outreach/send-batch', send).catch(() => undefined);
      return answer?.status === 202 && answer.body;
    }, 'the batch to be taken');
    expect(taken.accepted).toBe(RUNNING);
    const planned = taken.results[0]?.outreachId ?? '';
    await until(async () => (await countWaiting(planned)) >= RUNNING - WANT_NO_MORE, 'all to be planned', LONG_MS);
    await stack.behave({ latencyMs: SLOW_MS });
    const before = (await stack.ledger()).length;
    await setStatus('leaving', 'active');
    await until(async () => (await stack.ledger()).length > before, 'it to be under way');

    const key = stack.environmentOf('webhook-ingestion')['UNSUBSCRIBE_KEYS'] ?? '';
    const { WEBHOOK_URL } = stack.environmentOf('provider-simulator');
    const acknowledged = new Map<string, number>();
    await Promise.all(
      sent.map(async ({ to, deliveryId, attempt }) => {
        const token = mintUnsubscribeToken(key, { tenantId: stack.tenantId, deliveryId, attempt: Number(attempt) });
        const pressed = await fetch(`${WEBHOOK_URL}/u/${token}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: 'List-Unsubscribe=One-Click',
        });
        expect(pressed.status).toBe(200);
        acknowledged.set(to, Date.now());
      }),
    );
    await until(async () => (await statusOf('leaving')).pending === 0, 'the send to end', LONG_MS);
    const lines = (await stack.ledger()).slice(before);
    const lastAcknowledged = Math.max(...acknowledged.values());
    const startedAfter = (line: LedgerLine, at: number) => takenAt(line) - SLOW_MS - at;
    const late = lines.filter((line) => {
      const at = acknowledged.get(line.to);
      return at !== undefined && startedAfter(line, at) > OPT_OUT_MS + ON_THE_WAY_MS;
    });
    expect(late).toEqual([]);
    // It was still running well after that: to who stayed, calls started later than any to who left may have.
    const others = lines.filter((line) => !acknowledged.has(line.to));
    expect(others.some((line) => startedAfter(line, lastAcknowledged) > OPT_OUT_MS + ON_THE_WAY_MS)).toBe(true);
    expect(others).toHaveLength(RUNNING - WANT_NO_MORE);
    await stack.behave({});
    const shown = await stack.api.outreach(outreachIds[0] ?? '');
    expect(shown).toMatchObject({ deliveries: [{ state: 'unsubscribed' }] });
  }, 1_800_000);
});
