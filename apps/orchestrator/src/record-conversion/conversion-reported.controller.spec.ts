import { describe, expect, it } from '@jest/globals';
import type { CloudEvent, ConversionAnswer } from '@homing/contracts';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { PoisonError, type JetStreamContext } from '@homing/messaging';
import { at, outreachId, request } from '@homing/testing/outreach-story';
import { ConversionReportedController, type ConversionHearing } from './conversion-reported.controller.js';

const { tenantId } = request;
const reported = (data: object): CloudEvent => ({
  ...{ specversion: '1.0', type: 'conversion.reported', source: 'shop', id: 'order-7' },
  data: { tenantId, outreachId, kind: 'purchase', occurredAt: at(60), ...data },
});

function hearing(registry: Partial<ConversionHearing['registry']> = {}) {
  const told: [string, ConversionAnswer][] = [];
  const parts: ConversionHearing = {
    store: new InMemoryEventStore(),
    registry: { findCampaign: async () => undefined, findCampaignsById: async () => [], ...registry },
    persons: { findPerson: async () => undefined },
    queries: { lastDelivered: async () => undefined },
    ids: { key: (...parts) => parts.join(' ') },
    ...{ windowDays: 30, instance: 'spec', now: () => at(100) },
    notify: (replyTo, answer) => void told.push([replyTo, answer]),
  };
  const controller = new ConversionReportedController(parts);
  const hear = (data: object, replyTo?: string) => controller.handle(reported(data), { replyTo } as JetStreamContext);
  return { hear, told };
}

describe('a report on the bus', () => {
  it('that cannot be counted is told to who waits, under the id of its event where it has none', async () => {
    const { hear, told } = hearing();
    await hear({}, '_INBOX.a.b');
    expect(told).toEqual([['_INBOX.a.b', { status: 'refused', conversionId: 'order-7', reason: 'unknown_outreach' }]]);
  });

  it('that cannot be counted is a dead letter where nobody waits, so that it is not lost in silence', async () => {
    const { hear, told } = hearing();
    const refused = { reason: 'refused_conversion', faults: [{ path: 'data', code: 'unknown_outreach' }] };
    await expect(hear({})).rejects.toMatchObject(refused);
    await expect(hear({})).rejects.toBeInstanceOf(PoisonError);
    expect(told).toEqual([]);
  });

  it('that cannot be read is a dead letter that names its fields, and never their values', async () => {
    const { hear } = hearing();
    const faults = [{ path: 'data.kind' }, { path: 'data.value.micros' }];
    const answered = hear({ kind: 'Ada bought', value: { micros: -1, currency: 'EUR' } }, '_INBOX.a.b');
    await expect(answered).rejects.toMatchObject({ reason: 'invalid_conversion', faults });
    await expect(answered).rejects.not.toThrow('Ada');
  });

  it('may name its tenant in capitals', async () => {
    const asked: string[] = [];
    const { hear } = hearing({ findCampaign: async ({ tenantId: of }) => (asked.push(of), undefined) });
    const of = { outreachId: null, campaignId: 'spring', recipientId: 'r1' };
    await hear({ ...of, tenantId: tenantId.toUpperCase() }, '_INBOX.a.b');
    expect(asked).toEqual([tenantId]);
  });

  it('may bear fields of a newer version', async () => {
    const { hear, told } = hearing();
    await hear({ colour: 'red' }, '_INBOX.a.b');
    expect(told).toHaveLength(1);
  });
});
