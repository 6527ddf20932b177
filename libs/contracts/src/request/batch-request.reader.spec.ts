import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { readBatchEnvelope, readBatchItem, type BatchEnvelope } from './batch-request.reader.js';
import { durationMs, plannedInstant, spacingFaults } from './batch-spacing.reader.js';

const ada = { id: 'ada', contacts: { email: 'ada@example.test' } };
const content = { templateId: 'welcome', data: { city: 'Bonn', year: 2026 } };
const call = (over: Record<string, unknown> = {}) => ({ content, recipients: [ada], ...over });

function envelope(over: Record<string, unknown> = {}): BatchEnvelope {
  const reading = readBatchEnvelope(call(over));
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.faults));
  return reading.batch;
}
const faultsOf = (reading: { kind: string; faults?: readonly { field: string; code: string }[] }) =>
  (reading.faults ?? []).map(({ field, code }) => `${field} ${code}`);

describe('the envelope of a batch', () => {
  it('holds what all share, and its recipients unread', () => {
    expect(envelope({ requestId: 'b1', tenantId: 'T', urgency: 'high', allOrNothing: true })).toEqual({
      ...{ requestId: 'b1', common: { content, urgency: 'high' }, recipients: [ada], allOrNothing: true },
    });
  });

  it.each([
    ['no recipients', { recipients: [] }, 'recipients malformed'],
    ['too many of them', { recipients: Array.from({ length: 10_001 }, () => ada) }, 'recipients malformed'],
    ['what all would get wrong', { urgency: 'now' }, 'urgency isIn'],
    ['a field nobody knows', { colour: 'red' }, 'colour unknown_field'],
    ['one recipient for all', { recipient: ada }, 'recipient unknown_field'],
    ['a request id that leaves no room', { requestId: 'x'.repeat(191) }, 'requestId malformed'],
    ['a choice that is none', { allOrNothing: 'yes' }, 'allOrNothing malformed'],
    ['spacing of two kinds', { spacing: { over: 'PT8H', perHour: 5 } }, 'spacing exactly_one'],
    ['spacing over a month', { spacing: { over: 'P31D' } }, 'spacing.over too_long'],
  ])('refuses %s', (_what, over, fault) => {
    expect(faultsOf(readBatchEnvelope(call(over)))).toContain(fault);
  });

  it('refuses what is no object', () => expect(readBatchEnvelope([]).kind).toBe('invalid'));
});

describe('one item', () => {
  it('is what all share with its own recipient, data and overrides', () => {
    const own = { ...ada, requestId: 'q1', data: { city: 'Köln' }, overrides: { urgency: 'low' } };
    const reading = readBatchItem(envelope({ urgency: 'high', recipients: [own] }), 0);
    expect(reading).toMatchObject({
      kind: 'valid',
      requestId: 'q1',
      request: { recipient: { id: 'ada' }, urgency: 'low', content: { data: { city: 'Köln', year: 2026 } } },
    });
  });

  it('leaves what all share as it was for the next one', () => {
    const batch = envelope({ recipients: [{ ...ada, data: { city: 'Köln' } }, ada] });
    readBatchItem(batch, 0);
    expect(readBatchItem(batch, 1)).toMatchObject({ request: { content: { data: { city: 'Bonn' } } } });
  });

  it.each([
    ['an address list that is none', { contacts: { email: 7 } }, 'recipients[0].contacts.email'],
    ['no id', { id: undefined }, 'recipients[0].id'],
    ['an override', { overrides: { urgency: 'now' } }, 'recipients[0].overrides.urgency'],
    ['an override that no item may have', { overrides: { campaignId: 'x' } }, 'recipients[0].overrides.campaignId'],
    ['data that is no object', { data: [] }, 'recipients[0].data'],
    ['a field nobody knows', { colour: 'red' }, 'recipients[0].colour'],
    ['a request id no store can keep', { requestId: 'a\u0000' }, 'recipients[0].requestId'],
  ])('names %s by its place', (_what, over, field) => {
    const reading = readBatchItem(envelope({ recipients: [{ ...ada, ...over }] }), 0);
    expect(reading.kind === 'invalid' ? reading.faults[0]?.field : '').toMatch(
      new RegExp(`^${field.replaceAll(/[[\]]/g, String.raw`\$&`)}`),
    );
  });

  it('is no text', () => {
    expect(faultsOf(readBatchItem(envelope({ recipients: ['ada'] }), 0))).toEqual(['recipients[0] not_an_object']);
  });
});

describe('spacing', () => {
  const start = '2026-05-01T08:00:00.000Z';
  const planned = (spacing: Parameters<typeof plannedInstant>[0]['spacing'], items: number, index: number) =>
    plannedInstant({ start, spacing, items }, index).slice(11, 19);

  it('spreads evenly over a time, the first at its start', () => {
    expect([0, 1, 2, 3].map((index) => planned({ over: 'PT8H' }, 4, index))).toEqual([
      ...['08:00:00', '10:00:00', '12:00:00', '14:00:00'],
    ]);
  });

  it('sends so many an hour', () => {
    expect([0, 1, 119, 120].map((index) => planned({ perHour: 120 }, 500, index))).toEqual([
      ...['08:00:00', '08:00:30', '08:59:30', '09:00:00'],
    ]);
  });

  it.each([
    ['PT8H', 8 * 3_600_000],
    ['P1DT1H1M1S', 90_061_000],
    ['P', undefined],
    ['PT', undefined],
    ['8h', undefined],
    ['P1M', undefined],
  ])('reads %s', (text, ms) => expect(durationMs(text)).toBe(ms));

  it.each([
    [{ perHour: 0 }, 1],
    [{ perHour: 1.5 }, 1],
    [{ perHour: 1 }, 721],
    [{ over: 'PT0S' }, 1],
    [{ over: 5 }, 1],
    [{ pace: 1 }, 1],
    [[], 1],
    ['PT8H', 1],
  ])('refuses %j for %i items', (spacing, items) => expect(spacingFaults(spacing, items)).toHaveLength(1));
});
