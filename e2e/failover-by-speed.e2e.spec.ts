// One of two providers answers late, or not at all. Real: the shipped processes over TCP, two email providers each by its own SDK. Played:
// the providers; their ledger says what was sent, and through whom, their fates that an ordered fault has landed.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalStack, until, type LedgerLine } from '@homing/testing/local-stack';
import { emailRequest, someone } from './requests.fixture.js';

const PROVIDERS = ['sendgrid', 'mailgun'];
const TIMEOUT_MS = 7_000;
/** Far beyond what a busy machine adds to a call to the other, and far below the time-out. */
const SLOW_MS = 4_000;
/** From the first call that met the fault to the first message that went by the other because of it, by the simulator's clock. */
const TAKEN_OVER_MS = 30_000;
/** As the share of a provider that comes back is doubled. */
const STEPS = [0.1, 0.2, 0.4, 0.8, 1];

let stack: LocalStack;
const everything: string[] = [];
beforeAll(async () => {
  const providers = { CHANNEL_PROVIDERS: `email:${PROVIDERS.join()}`, PROVIDER_TIMEOUT_MS: String(TIMEOUT_MS) };
  stack = await LocalStack.start({ environment: { ...providers, DECISION_WAIT_MS: '30000' } });
}, 300_000);
afterAll(() => stack.stop(), 300_000);

/** So many people are written to; the ids of their outreach. */
async function write(count: number): Promise<string[]> {
  const request = () => emailRequest(someone(), { urgency: 'critical' });
  const answers = await Promise.all(Array.from({ length: count }, () => stack.api.send(request())));
  const ids = answers.map(({ status, body }) => {
    expect({ status, body }).toMatchObject({ status: 202, body: { status: 'scheduled' } });
    return String(body['outreachId']);
  });
  everything.push(...ids);
  return ids;
}
const linesOf = async (ids: readonly string[]): Promise<LedgerLine[]> =>
  (await stack.ledger()).filter(({ deliveryId }) => ids.includes(deliveryId.slice(0, 36)));
/** By whom each was taken, once all of them were. */
const taken = (ids: readonly string[]): Promise<LedgerLine[]> =>
  until(async () => (await linesOf(ids)).length >= ids.length && linesOf(ids), `${ids.length} messages to be taken`);
const through = (lines: readonly LedgerLine[], provider: string): LedgerLine[] =>
  lines.filter((line) => line['provider'] === provider);
const at = (line: LedgerLine | undefined): number => Date.parse(String(line?.['at']));

/** A gauge, counter or count of a provider, as the gateway tells it. */
async function told(metric: string, provider: string): Promise<number> {
  const { url } = stack.services()['channel-gateway'] ?? { url: '' };
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`homing_${metric}{`));
  const own = lines.filter((line) => line.includes(`provider="${provider}"`));
  return own.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
const shareOf = (provider: string) => told('provider_share', provider);
const ended = (provider: string) => told('provider_call_seconds_count', provider);
const fate = async (name: string, provider = 'sendgrid') => (await stack.fates(provider))[name] ?? 0;

/** Writes to `count` more people, wave after wave, until it holds. @returns whom it was written to */
async function writeUntil(count: number, holds: () => Promise<boolean>, what: string): Promise<string[]> {
  const ids: string[] = [];
  const wave = async (): Promise<boolean> => {
    if (await holds()) return true;
    ids.push(...(await write(count)));
    await taken(ids);
    return false;
  };
  await until(wave, what);
  return ids;
}

/** What is meant for SendGrid goes there more and more; how much so, each time it was another share. */
async function sharesOfReturn(): Promise<number[]> {
  const shares: number[] = [];
  await until(async () => {
    const share = await shareOf('sendgrid');
    if (share !== shares.at(-1)) shares.push(share);
    // A step takes three good calls that began since the last: of so few in a wave none is missed.
    if (share < 1) await taken(await write(share > 0 && share < 0.1 ? 15 : share === 0 ? 1 : 3));
    return share === 1;
  }, 'SendGrid to be back');
  return shares;
}

/** The gateway forgets what it has measured. */
async function restartGateway(): Promise<void> {
  const { restarts = 0 } = stack.services()['channel-gateway'] ?? {};
  await stack.kill('channel-gateway');
  await stack.recovered('channel-gateway', restarts + 1);
  await until(async () => (await shareOf('sendgrid').catch(() => 0)) === 1, 'the gateway to be ready');
}

describe('providers that all answer late', () => {
  it('keep their places: nobody is held back for being as slow as the other', async () => {
    await stack.behave({ answerDelayMs: SLOW_MS }, PROVIDERS);
    // Each was measured: the preferred one, and because it is slow, the other beside it.
    const measured = async () => Math.min(await ended('sendgrid'), await ended('mailgun')) >= 6;
    await writeUntil(3, measured, 'the other to be measured too');
    expect(Math.min(await fate('late'), await fate('late', 'mailgun'))).toBeGreaterThanOrEqual(6);
    // At most a few go to the other, to compare them again.
    expect(through(await taken(await write(20)), 'sendgrid').length).toBeGreaterThanOrEqual(12);
    expect([await shareOf('sendgrid'), await shareOf('mailgun')]).toEqual([1, 1]);
    expect(await told('provider_stops_total', 'sendgrid')).toBe(0);
    await stack.behave({}, PROVIDERS);
    await restartGateway();
  });
});

describe('one provider that answers late', () => {
  it('is demoted within 30 s: the other sends, each message once; and it comes back step by step', async () => {
    const before = await fate('late');
    await stack.behave({ answerDelayMs: SLOW_MS });
    const demoted = async () => (await shareOf('sendgrid')) === 0.05;
    const lines = await taken(await writeUntil(3, demoted, 'SendGrid to be demoted'));
    expect(await fate('late')).toBeGreaterThanOrEqual(before + 5);
    const [bad, good] = PROVIDERS.map((provider) => through(lines, provider));
    expect(at(good?.[0]) - at(bad?.[0])).toBeLessThanOrEqual(TAKEN_OVER_MS);
    // One in twenty still goes there, to see whether it still is.
    expect(through(await taken(await write(20)), 'mailgun').length).toBeGreaterThanOrEqual(12);

    await stack.behave({});
    expect(await sharesOfReturn()).toEqual([0.05, ...STEPS]);
  });
});

describe('one provider that falls silent', () => {
  it('is left within 30 s; what it said nothing of is listed, settled, and sent once in the end', async () => {
    const [heldBefore, lostBefore] = [await fate('hang-after'), await fate('hang')];
    // It takes a message and never answers, and its webhooks do not come either; then it takes nothing more. Five calls in all: before
    // the last of them has failed it is not stopped, however long they take.
    await stack.behave({ hangsAfterAccept: 1, webhook: { paused: true } });
    const held = await write(3);
    await until(async () => (await fate('hang-after')) >= heldBefore + 3, 'it to have fallen silent');
    await stack.behave({ hangs: 1, webhook: { paused: true } });
    const lost = await write(2);
    await until(async () => (await fate('hang')) >= lostBefore + 2, 'it to take nothing more');
    await until(async () => (await shareOf('sendgrid')) === 0, 'SendGrid to be stopped');

    // Whoever is a trial of it is held up as well; nobody else is.
    const after = await write(10);
    const over = async () => through(await linesOf(after), 'mailgun').length >= 8;
    await until(over, 'the other to send');
    const [first] = await linesOf(held);
    expect(at(through(await linesOf(after), 'mailgun')[0]) - at(first)).toBeLessThanOrEqual(TAKEN_OVER_MS);

    const unknown = async () => (await stack.api.unknownOutcomes()).toSorted();
    const silent = async () => (await fate('hang')) - lostBefore + (await fate('hang-after')) - heldBefore;
    await until(async () => (await unknown()).length === (await silent()), 'each to be listed');
    expect(await unknown()).toEqual(expect.arrayContaining([...held, ...lost].toSorted()));
    expect(await linesOf(lost)).toEqual([]);

    // What it took settles by its webhooks; of what it did not take an operator knows.
    await stack.behave({});
    const sent = new Set((await linesOf(everything)).map(({ deliveryId }) => deliveryId.slice(0, 36)));
    const never = (await unknown()).filter((id) => !sent.has(id));
    expect(never).toEqual(expect.arrayContaining(lost));
    for (const id of never) {
      const said = await stack.api.post(`/unknown-outcomes/${id}.1/1/settle`, { outcome: 'not_sent' });
      expect([200, 202]).toContain(said.status);
    }
    expect(await sharesOfReturn()).toEqual([0, ...STEPS]);
    await until(async () => (await unknown()).length === 0, 'every unknown outcome to be settled');
  });

  it('nothing was sent twice by both together, and nothing was lost', async () => {
    const lines = await taken(everything);
    expect(lines.map(({ deliveryId }) => deliveryId).toSorted()).toEqual(everything.map((id) => `${id}.1`).toSorted());
    expect(await stack.ledger()).toHaveLength(everything.length);
  });
});
