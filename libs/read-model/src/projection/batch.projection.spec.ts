import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OutreachEvent } from '@homing/contracts';
import { at, emailStory, Store } from '../fixtures/outreach-story.fixture.js';
import { outreachIdsOf, projectBatch, type BatchChanges } from './batch.projection.js';
import { RevisionGapError, type FoldedOutreach } from './outreach.fold.js';

const story = emailStory({ n: 1, campaignKey: 'c-1' });

function given(...events: OutreachEvent[]): BatchChanges {
  const store = new Store();
  store.append(story.stream, story.tenantId, ...events);
  return projectBatch(store.events, new Map());
}

describe('projectBatch', () => {
  it('makes of an intake one outreach, one delivery, one due dispatch and three timeline rows', () => {
    const changes = given(...story.intake);
    expect(changes.outreach).toMatchObject([
      { outreachId: story.outreachId, tenantId: story.tenantId, state: 'scheduled', campaignKey: 'c-1', revision: 2n },
    ]);
    expect(changes.outreach[0]).toMatchObject({
      decidedAt: at(1),
      costMicros: 1_000n,
      costCurrency: 'EUR',
      sentAt: null,
    });
    expect(changes.deliveries).toMatchObject([
      { deliveryId: `${story.outreachId}.1`, state: 'scheduled', attempts: 0 },
    ]);
    expect(changes.timetable).toMatchObject([{ kind: 'dispatch', attempt: 1, wakes: 0, urgencyRank: 2 }]);
    expect(changes.timeline.map((row) => [row.transition, row.revision])).toEqual([
      ['requested', 0n],
      ['decided', 1n],
      ['scheduled', 2n],
    ]);
  });

  it('shows a contact form that a site took as sent, everywhere and since then', () => {
    const { intake, started, accepted } = story;
    const form = JSON.parse(
      JSON.stringify([...intake, started(), accepted()]).replaceAll('"email"', '"contact_form"'),
    ) as OutreachEvent[];
    const changes = given(...form);
    expect(changes.outreach).toMatchObject([{ state: 'sent' }]);
    expect(changes.deliveries).toMatchObject([{ state: 'sent', sentAt: at(101) }]);
    expect(changes.attempts).toMatchObject([{ state: 'sent' }]);
  });

  it('holds milestones, attempt and channel of a delivered email', () => {
    const { intake, started, accepted, fact } = story;
    const changes = given(
      ...intake,
      started(),
      accepted(),
      fact('delivered', 105),
      fact('opened', 120),
      fact('opened', 110),
    );
    expect(changes.outreach[0]).toMatchObject({
      state: 'opened',
      channelUsed: 'email',
      sentAt: at(101),
      deliveredAt: at(105),
      openedAt: at(110),
    });
    expect(changes.attempts).toMatchObject([
      { attempt: 1, state: 'opened', providerMessageId: 'm-1-1', answeredAt: at(101) },
    ]);
  });

  it('does not take a machine for a person who opened', () => {
    const changes = given(
      ...story.intake,
      story.started(),
      story.accepted(),
      story.fact('opened', 110, { machine: true }),
    );
    expect(changes.outreach[0]).toMatchObject({ state: 'delivered', openedAt: null });
  });

  it('shows a refusal with its step and reason and puts nothing on the timetable', () => {
    const changes = given(story.requested, story.refused('dedup', 'already_sent'));
    expect(changes.outreach).toMatchObject([{ state: 'refused', refusalStep: 'dedup', refusalReason: 'already_sent' }]);
    expect(changes.timetable).toEqual([]);
    expect(changes.timeline.at(-1)).toMatchObject({ transition: 'refused', reason: 'already_sent' });
  });

  it('says who cancelled what was never decided', () => {
    const [requested] = story.intake;
    const data = { at: at(1), by: 'key:7' };
    const changes = given(
      requested as OutreachEvent,
      { type: 'CancellationRequested', data },
      { type: 'OutreachSettled', data: { outcome: 'cancelled', at: at(1) } },
    );
    expect(changes.outreach).toMatchObject([{ state: 'cancelled', outcomeReason: 'key:7' }]);
  });

  it('says since when an outcome is unknown', () => {
    const changes = given(...story.intake, story.started(), story.unknown());
    expect(changes.attempts).toMatchObject([{ state: 'outcome_unknown', unknownSince: at(130) }]);
    expect(changes.outreach).toMatchObject([{ state: 'outcome_unknown' }]);
  });

  it('passes over other streams and unknown types, and counts the latter', () => {
    const store = new Store();
    store.append(story.stream, story.tenantId, ...story.intake, { type: 'FromTheFuture', data: { any: 1 } });
    store.append('person-1', story.tenantId, { type: 'SlotBooked', data: {} });
    store.append('outreach-not-an-id', story.tenantId, { type: 'OutreachRequested', data: {} });
    const changes = projectBatch(store.events, new Map());
    expect(changes.folded).toMatchObject([{ outreachId: story.outreachId, revision: 3n }]);
    expect(changes.timeline).toHaveLength(3);
    expect(outreachIdsOf(store.events)).toEqual([story.outreachId]);
  });

  it('refuses a stream with a hole and one that begins in its middle', () => {
    const store = new Store();
    const [first, , third] = store.append(story.stream, story.tenantId, ...story.intake);
    expect(() => projectBatch([first!, third!], new Map())).toThrow(RevisionGapError);
    expect(() => projectBatch([third!], new Map())).toThrow(RevisionGapError);
    expect(() => projectBatch([first!, first!], new Map())).toThrow(RevisionGapError);
  });

  it('keeps an unreadable time of a provider from stopping it', () => {
    const changes = given(
      ...story.intake,
      story.started(),
      story.fact('delivered', 105, { occurredAt: '+275760-01-01T00:00:00Z' }),
    );
    expect(changes.outreach[0]).toMatchObject({ state: 'delivered', deliveredAt: null });
    expect(changes.timeline.at(-1)?.occurredAt).toMatch(/^2026-/);
  });
});

describe('batches', () => {
  const stories = [1, 2, 3].map((n) => emailStory({ n }));
  const life = (s: (typeof stories)[number]) => [
    ...s.intake,
    s.started(),
    s.rejected(),
    s.retry(),
    s.started(2),
    s.accepted(2),
  ];

  /** What the tables would hold after the batches: the last row for each key, sticky columns kept. */
  function tables(batches: readonly (typeof Store.prototype.events)[]) {
    const known = new Map<string, FoldedOutreach>();
    const rows = new Map<string, object>();
    for (const batch of batches) {
      const changes = projectBatch(batch, known);
      for (const row of changes.folded) known.set(row.outreachId, row);
      for (const row of changes.deliveries) rows.set(`delivery ${row.deliveryId}`, row);
      for (const row of changes.attempts) rows.set(`attempt ${row.deliveryId} ${row.attempt}`, row);
      for (const row of changes.timeline) rows.set(`timeline ${row.position}`, row);
      for (const row of changes.outreach) {
        const { decidedAt, costMicros, costCurrency, confidence, settledAt, ...rest } = row;
        const said = Object.entries({ decidedAt, costMicros, costCurrency, confidence, settledAt }).filter(
          ([, v]) => v !== null,
        );
        const key = `outreach ${row.outreachId}`;
        rows.set(key, { ...rows.get(key), ...rest, ...Object.fromEntries(said) });
      }
    }
    return new Map([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  it('come out the same wherever they are cut and however streams are interleaved', () => {
    const turns = fc.array(fc.nat(2), { minLength: 24, maxLength: 24 });
    fc.assert(
      fc.property(turns, fc.array(fc.nat(30), { maxLength: 6 }), (order, cuts) => {
        const store = new Store();
        const left = stories.map(life);
        for (const turn of order) {
          const [event, ...rest] = left[turn]!;
          left[turn] = rest;
          if (event) store.append(stories[turn]!.stream, stories[turn]!.tenantId, event);
        }
        const edges = [0, ...cuts.sort((a, b) => a - b), store.events.length];
        const batches = edges.slice(1).map((edge, i) => store.events.slice(edges[i], edge));
        expect(tables(batches)).toEqual(tables([store.events]));
      }),
      { numRuns: 200 },
    );
  });
});
