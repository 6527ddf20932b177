import { describe, expect, it } from '@jest/globals';
import { conversionStream, createIdDeriver, outreachStream, type OutreachEvent } from '@homing/contracts';
import { handleCommand, type EventStore } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import { accepted, at, committed, outreachId, request, started, T0 } from '@homing/testing/outreach-story';
import type { Campaign } from '@homing/vault/registry';
import { recordReport, type ConversionParts, type IdentifiedReport } from './conversion.handler.js';

const { tenantId } = request;
const otherId = outreachId.replace(/1$/, '2');
const ids = createIdDeriver('0197a000-0000-7000-8000-00000000abcd');
const bought: IdentifiedReport = {
  ...{ tenantId, conversionId: 'order-1', kind: 'purchase', occurredAt: at(60), outreachId },
  value: { micros: 5_000_000, currency: 'EUR' },
};
const { outreachId: _named, ...unnamed } = bought;
const byRecipient: IdentifiedReport = { ...unnamed, campaignId: 'spring', recipientId: 'r1' };

/** Two outreach of one person and campaign, both sent. */
async function stage(over: Partial<ConversionParts> = {}) {
  const memory = new InMemoryEventStore();
  const metadata = {
    ...{ tenantId, correlationId: outreachId, causationId: 'c', recordedAt: T0, recordedBy: 'spec', schemaVersion: 1 },
  };
  for (const id of [outreachId, otherId]) {
    const events = [...committed, started(), accepted()].map((event): OutreachEvent =>
      event.type === 'OutreachRequested'
        ? { ...event, data: { ...event.data, outreachId: id, campaignKey: 'c-1' } }
        : event,
    );
    const stream = outreachStream(id);
    await handleCommand(memory, outreachFold, { stream, decide: () => events, commandId: 'put', metadata });
  }
  let failing: string | undefined;
  const store: Pick<EventStore, 'append' | 'readStream'> = {
    readStream: (stream) => memory.readStream(stream),
    append: async (command) => {
      if (failing !== undefined && command.stream.startsWith(failing)) {
        failing = undefined;
        throw new Error('store away');
      }
      return memory.append(command);
    },
  };
  const campaign = { id: 'c-1', tenantId, campaignId: 'spring', currency: 'EUR' } as Campaign;
  const asked: unknown[] = [];
  let last: string | undefined = outreachId;
  const parts: ConversionParts = {
    store,
    registry: {
      findCampaign: async ({ campaignId }) => (campaignId === 'spring' ? campaign : undefined),
      findCampaignsById: async (refs) => refs.map(({ id }) => (id === 'c-1' ? campaign : undefined)),
    },
    persons: { findPerson: async ({ recipientId }) => (recipientId === 'r1' ? 'p-1' : undefined) },
    queries: { lastDelivered: async (of) => (asked.push(of), last) },
    ...{ ids, windowDays: 30, instance: 'spec', now: () => at(100) },
    ...over,
  };
  const conversions = async (id: string) => {
    const read = await memory.readStream(outreachStream(id));
    return read.kind === 'found' ? read.events.filter(({ type }) => type === 'ConversionReported') : [];
  };
  return {
    report: (of: IdentifiedReport = bought) => recordReport(parts, of, 'm1'),
    conversions,
    asked,
    memory,
    lastIs: (id: string | undefined) => void (last = id),
    failOnce: (stream: string) => void (failing = stream),
  };
}

describe('a conversion that is reported', () => {
  it('stands on the stream of its outreach, once, without the id it was reported under', async () => {
    const { report, conversions } = await stage();
    expect(await report()).toEqual({ status: 'recorded', conversionId: 'order-1', outreachId });
    expect(await report()).toEqual({ status: 'duplicate', conversionId: 'order-1', outreachId });
    const [stored, ...more] = await conversions(outreachId);
    expect(more).toEqual([]);
    expect(stored?.data).toMatchObject({ kind: 'purchase', value: { micros: 5_000_000 }, attribution: 'named' });
    expect(JSON.stringify([stored?.stream, stored?.data, stored?.metadata])).not.toContain('order-1');
  });

  it('is of the last outreach that had reached the recipient within the window', async () => {
    const { report, conversions, asked } = await stage();
    expect(await report(byRecipient)).toMatchObject({ status: 'recorded', outreachId });
    const since = new Date(Date.parse(at(60)) - 30 * 86_400_000).toISOString();
    expect(asked).toEqual([{ tenantId, personId: 'p-1', campaignKey: 'c-1', by: at(60), since }]);
    expect((await conversions(outreachId))[0]?.data).toMatchObject({ attribution: 'last_delivered' });
  });

  it('stays with the outreach it was first given to, though another reached the person since', async () => {
    const { report, conversions, lastIs } = await stage();
    await report(byRecipient);
    lastIs(otherId);
    expect(await report(byRecipient)).toMatchObject({ status: 'duplicate', outreachId });
    expect(await report({ ...bought, outreachId: otherId })).toMatchObject({ reason: 'different_content' });
    expect(await conversions(otherId)).toEqual([]);
  });

  it('counts once though the store failed between the two appends and the attribution is another by now', async () => {
    const { report, conversions, lastIs, failOnce, memory } = await stage();
    failOnce('outreach-');
    await expect(report(byRecipient)).rejects.toThrow('store away');
    const pinned = await memory.readStream(conversionStream(ids.key('conversion', tenantId, 'order-1')));
    expect(pinned).toMatchObject({ kind: 'found', events: [{ type: 'ConversionAttributed' }] });
    lastIs(otherId);
    expect(await report(byRecipient)).toMatchObject({ status: 'recorded', outreachId });
    expect(await conversions(otherId)).toEqual([]);
  });

  it('counts once when reports of two outreach under one id come at the same time', async () => {
    const { report, conversions } = await stage();
    const answers = await Promise.all([report(), report({ ...bought, outreachId: otherId }), report()]);
    expect(answers.filter(({ status }) => status !== 'refused').length).toBeGreaterThanOrEqual(1);
    expect(answers.filter(({ status }) => status === 'recorded').length).toBeGreaterThanOrEqual(1);
    expect((await conversions(outreachId)).length + (await conversions(otherId)).length).toBe(1);
  });

  it.each<[string, Partial<IdentifiedReport>, string]>([
    ['an outreach nobody knows', { outreachId: otherId.replace(/2$/, '9') }, 'unknown_outreach'],
    ['another tenant’s', { tenantId: '0a6f2c8e-6c0e-4b43-9d0c-00000000ffff' }, 'unknown_outreach'],
    ['another currency than its campaign’s', { value: { micros: 1, currency: 'USD' } }, 'other_currency'],
    ['what was not sent yet then', { occurredAt: at(-60) }, 'before_sent'],
  ])('is refused of %s, and leaves nothing behind', async (_what, over, reason) => {
    const { report, conversions, memory } = await stage();
    expect(await report({ ...bought, ...over })).toMatchObject({ status: 'refused', reason });
    expect(await conversions(outreachId)).toEqual([]);
    const { tenantId: of } = { ...bought, ...over };
    const pin = await memory.readStream(conversionStream(ids.key('conversion', of, 'order-1')));
    expect(pin.kind).toBe('missing');
  });

  it('is refused of a campaign or recipient nobody knows, and of one whom nothing reached', async () => {
    const { report, lastIs } = await stage();
    expect(await report({ ...byRecipient, campaignId: 'autumn' })).toMatchObject({ reason: 'unknown_campaign' });
    expect(await report({ ...byRecipient, recipientId: 'r2' })).toMatchObject({ reason: 'nothing_delivered' });
    lastIs(undefined);
    expect(await report(byRecipient)).toMatchObject({ reason: 'nothing_delivered' });
  });
});
