import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CloudEvent, ConversionAnswer } from '@homing/contracts';
import type { RunningService } from '@homing/service-kit';
import { asJson, fakeParts, startApi, TENANT } from '../api.fixture.js';
import { faultsAgainst } from '../describe/conformance.fixture.js';

const outreachId = '9f0c1d7e-4a3b-5c2d-8e1f-000000000001';
const bought = {
  ...{ conversionId: 'order-1', outreachId, kind: 'purchase', occurredAt: '2026-05-01T12:00:00+02:00' },
  value: { micros: 19_900_000, currency: 'EUR' },
};
let service: RunningService;
let published: CloudEvent[] = [];
let answer: ConversionAnswer | undefined;
let away = false;

beforeAll(async () => {
  const fake = fakeParts();
  const publishConversion = async (event: CloudEvent) => {
    if (away) throw new Error('bus away');
    published.push(event);
  };
  const expectAnswer = () => ({
    ...{ replyTo: '_INBOX.a.b', cancel: () => {} },
    answer: Promise.resolve(answer && new TextEncoder().encode(JSON.stringify(answer))),
  });
  service = await startApi(fakeParts({ bus: { ...fake.parts.bus, publishConversion, expectAnswer } }));
});
afterAll(() => service.stop());
beforeEach(() => {
  published = [];
  answer = { status: 'recorded', conversionId: 'order-1', outreachId };
  away = false;
});

async function report(body: unknown, headers: Record<string, string> = {}) {
  const url = `${service.url}/api/v1/conversions`;
  const reply = await fetch(url, { method: 'POST', headers: { ...asJson, ...headers }, body: JSON.stringify(body) });
  const { status, headers: said } = reply;
  return { status, location: said.get('location'), body: (await reply.json()) as Record<string, unknown> };
}

describe('POST /conversions', () => {
  it('hands the report on under its tenant and key, and says where it stands', async () => {
    const { status, location, body } = await report(bought);
    expect([status, location]).toEqual([201, `/api/v1/outreach/${outreachId}`]);
    expect(body).toEqual({ conversionId: 'order-1', status: 'recorded', outreachId });
    expect(faultsAgainst('ReportedConversion', body)).toEqual([]);
    expect(published).toMatchObject([
      { type: 'conversion.reported', tenantid: TENANT, data: { ...bought, tenantId: TENANT, by: 'key:k1' } },
    ]);
  });

  it('is 200 for what stood before, and 202 where nobody answered in time', async () => {
    answer = { status: 'duplicate', conversionId: 'order-1', outreachId };
    expect(await report(bought)).toMatchObject({ status: 200, body: { status: 'duplicate' } });
    answer = undefined;
    expect(await report(bought)).toMatchObject({ status: 202, body: { status: 'accepted' }, location: null });
  });

  it('takes the Idempotency-Key for an id that is missing', async () => {
    const { conversionId: _none, ...rest } = bought;
    expect((await report(rest, { 'idempotency-key': '"order-1"' })).status).toBe(201);
    expect(published).toMatchObject([{ data: { conversionId: 'order-1' } }]);
    expect(await report(rest)).toMatchObject({ status: 422, body: { errors: [{ field: 'conversionId' }] } });
  });

  it('takes campaign and recipient in the place of the outreach, and null for what is absent', async () => {
    const { outreachId: _none, ...rest } = bought;
    expect((await report({ ...rest, campaignId: 'spring', recipientId: 'r1', value: null })).status).toBe(201);
    expect(published[0]?.data).not.toHaveProperty('value');
  });

  it.each<[string, unknown, string]>([
    ['neither outreach nor recipient', { ...bought, outreachId: null }, 'outreachId'],
    ['both', { ...bought, campaignId: 'c', recipientId: 'r' }, 'outreachId'],
    ['half of them', { ...bought, outreachId: null, campaignId: 'c' }, 'outreachId'],
    ['less than nothing', { ...bought, value: { micros: -1, currency: 'EUR' } }, 'value.micros'],
    ['a fraction', { ...bought, value: { micros: 0.5, currency: 'EUR' } }, 'value.micros'],
    ['money of no currency', { ...bought, value: { micros: 1 } }, 'value.currency'],
    ['a value that is none', { ...bought, value: 7 }, 'value'],
    ['a list of values', { ...bought, value: [{ micros: 1, currency: 'EUR' }] }, 'value'],
    ['prose', { ...bought, kind: 'Ada bought it' }, 'kind'],
    ['no time', { ...bought, occurredAt: 'today' }, 'occurredAt'],
    ['another tenant', { ...bought, tenantId: TENANT }, 'tenantId'],
    ['a list', [bought], ''],
  ])('refuses %s, naming the field and never its value', async (_what, body, field) => {
    const answered = await report(body);
    expect(answered).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(answered.body)).not.toContain('Ada');
    expect(published).toEqual([]);
  });

  it('says which field is why it cannot be counted', async () => {
    answer = { status: 'refused', conversionId: 'order-1', reason: 'other_currency' };
    const errors = [{ field: 'value.currency', code: 'other_currency' }];
    expect(await report(bought)).toMatchObject({ status: 422, body: { errors } });
    answer = { status: 'refused', conversionId: 'order-1', reason: 'different_content' };
    expect(await report(bought)).toMatchObject({ status: 409 });
  });

  it('is 503 where the bus does not take it', async () => {
    away = true;
    expect((await report(bought)).status).toBe(503);
  });
});
