// Who has not allowed it is not written to. Real: the shipped processes and every store, with consent demanded as the product does.
// Played: the provider; its ledger says what was sent.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { LocalStack, until } from '@homing/testing/local-stack';

let stack: LocalStack;

beforeAll(async () => {
  const environment = { CONSENT_REQUIRED: 'sms:marketing;whatsapp:always', DECISION_WAIT_MS: '30000' };
  stack = await LocalStack.start({ environment });
}, 600_000);
afterAll(() => stack.stop(), 900_000);

/** A number nobody used before; one that ends in 00 gets what is sent delivered. */
const number = (): string => `+4915${randomInt(100_000, 999_999)}00`;
const text = (to: string, over: object = {}) => ({
  recipient: { id: `id-of-${to}`, contacts: { sms: to } },
  content: { literal: { sms: { text: 'A word.' } } },
  ...over,
});
const word = (address: string) => ({ channel: 'sms', address, purpose: 'marketing', source: 'form' });
const grant = (to: string) => stack.api.post<{ consentId: string }>('/consents', { ...word(to), evidence: 'FORM-1' });
const withdraw = (to: string) => stack.api.post('/consents/withdraw', word(to));
const sentTo = async (to: string) => (await stack.ledger()).filter((line) => line.to === to);

describe('SMS marketing', () => {
  it('goes to nobody who has not said yes, while what is transactional does', async () => {
    const to = number();
    const refused = await stack.api.send(text(to));
    expect(refused.body).toMatchObject({
      ...{ status: 'refused', refusal: { step: 'channel_selection', reason: 'consent_missing' } },
    });
    expect((await stack.api.send(text(to, { messageType: 'transactional' }))).body['status']).toBe('scheduled');
    await until(async () => (await sentTo(to)).length === 1, 'the transactional one to be sent');
  }, 600_000);

  it('goes to who has, and its proof names the consent', async () => {
    const to = number();
    const { consentId } = (await grant(to)).body;
    const sent = await stack.api.send(text(to));
    expect(sent.body['status']).toBe('scheduled');
    const proof = await until(async () => {
      const found = await stack.api.outreach(String(sent.body['outreachId']));
      return found?.timeline.map((event) => (event as { proof?: object }).proof).find((each) => each !== undefined);
    }, 'it to be claimed');
    expect(proof).toMatchObject({ consentId });
    await until(async () => (await sentTo(to)).length === 1, 'it to be sent');
  }, 600_000);

  it('that is planned is not sent once consent is withdrawn: no call starts', async () => {
    const to = number();
    await grant(to);
    const sendAt = new Date(Date.now() + 12_000).toISOString();
    const planned = await stack.api.send(text(to, { sendAt }));
    expect(planned.body['status']).toBe('scheduled');
    expect(await withdraw(to)).toMatchObject({ status: 201, body: { status: 'withdrawn' } });
    // The fault has landed in time: what is planned is still to come.
    expect(Date.now()).toBeLessThan(Date.parse(sendAt));
    const skipped = await until(async () => {
      const found = await stack.api.outreach(String(planned.body['outreachId']));
      return found?.state === 'skipped' && found;
    }, 'the planned one to be skipped');
    expect(skipped).toMatchObject({ deliveries: [{ closedReason: 'consent_withdrawn', attempts: [] }] });
    expect(await sentTo(to)).toEqual([]);
    expect((await stack.api.send(text(to))).body).toMatchObject({ refusal: { reason: 'consent_withdrawn' } });
  }, 600_000);
});
