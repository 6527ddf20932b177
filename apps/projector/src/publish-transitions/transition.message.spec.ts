import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TransitionRow } from '@homing/read-model';
import { transitionMessage, wavesOf } from './transition.message.js';

const row: TransitionRow = {
  position: 2n ** 60n,
  outreachId: '0b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b',
  tenantId: '1b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b',
  campaignKey: null,
  revision: 5n,
  eventId: '2b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b',
  eventType: 'ProviderFactRecorded',
  transition: 'bounced',
  deliveryId: '0b2f3a54-7c1d-5e6f-8a9b-0c1d2e3f4a5b.1',
  leg: 1,
  channel: 'email',
  attempt: 1,
  reason: 'smtp_550',
  occurredAt: '2026-01-05T09:00:00.000Z',
  recordedAt: '2026-01-05T09:00:01.000Z',
};

describe('transitionMessage', () => {
  it('is a CloudEvent on the subject of its transition, keyed by its position', () => {
    const { subject, tenantId, key, event } = transitionMessage(row);
    expect({ subject, tenantId, key }).toEqual({
      subject: 'event.outreach.bounced',
      tenantId: row.tenantId,
      key: '1152921504606846976',
    });
    expect(event).toMatchObject({
      specversion: '1.0',
      id: row.eventId,
      type: subject,
      subject: row.outreachId,
      time: row.occurredAt,
    });
    expect(event.data).toEqual({
      tenantId: row.tenantId,
      outreachId: row.outreachId,
      transition: 'bounced',
      position: '1152921504606846976',
      revision: '5',
      occurredAt: row.occurredAt,
      deliveryId: row.deliveryId,
      leg: 1,
      channel: 'email',
      attempt: 1,
      reason: 'smtp_550',
    });
  });

  it('leaves out what the event does not have', () => {
    const bare = { ...row, deliveryId: null, leg: null, channel: null, attempt: null, reason: null };
    expect(Object.keys(transitionMessage(bare).event.data as object).toSorted()).toEqual(
      ['occurredAt', 'outreachId', 'position', 'revision', 'tenantId', 'transition'].toSorted(),
    );
  });
});

describe('wavesOf', () => {
  it('never puts two events of one outreach side by side and keeps the order of each', () => {
    const rows = fc.array(fc.record({ outreachId: fc.constantFrom('a', 'b', 'c'), position: fc.bigInt() }));
    fc.assert(
      fc.property(rows, (page) => {
        const waves = wavesOf(page);
        for (const wave of waves) expect(new Set(wave.map((each) => each.outreachId)).size).toBe(wave.length);
        for (const id of ['a', 'b', 'c']) {
          const of = (list: typeof page) => list.filter((each) => each.outreachId === id);
          expect(of(waves.flat())).toEqual(of(page));
        }
        expect(waves.flat()).toHaveLength(page.length);
      }),
    );
  });
});
