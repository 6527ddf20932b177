import { describe, expect, it } from '@jest/globals';
import { ProjectionFencedError, RevisionGapError, type FoldedOutreach, type ProjectionRows } from '@homing/read-model';
import { committed, outreachId, request, started } from '@homing/testing/outreach-story';
import { BatchProjector } from './batch.projector.js';

const lease = { name: 'read-model', epoch: 1n, position: 0n };
const events = [...committed, started()].map(({ type, data }, i) => ({
  ...{ stream: `outreach-${outreachId}`, id: `e${i}`, type, data, revision: BigInt(i), position: BigInt(10 + i) },
  metadata: { tenantId: request.tenantId, recordedAt: '2026-05-01T10:00:00.000Z' },
  created: new Date('2026-05-01T10:00:00.000Z'),
}));
const decision = { events: events.slice(0, 3), position: 12n };
const claim = { events: events.slice(3), position: 13n };

/** Rows in memory; `answerLost` lets one commit stand and its answer not come. */
class FakeRows implements ProjectionRows {
  position = 0n;
  answerLost = false;
  readonly folded = new Map<string, FoldedOutreach>();

  loadFolded = async (ids: readonly string[]) =>
    new Map(ids.flatMap((id) => [...this.folded].filter(([known]) => known === id)));

  commitBatch: ProjectionRows['commitBatch'] = async ({ lease: mine, from, to, changes }) => {
    await this.advanceCheckpoint(mine, { from, to });
    for (const state of changes.folded) this.folded.set(state.outreachId, state);
    if (!this.answerLost) return;
    this.answerLost = false;
    throw new Error('connection lost');
  };

  advanceCheckpoint: ProjectionRows['advanceCheckpoint'] = async (_lease, { from, to }) => {
    if (from !== this.position) throw new ProjectionFencedError('read-model');
    this.position = to;
  };
}

describe('BatchProjector', () => {
  it('commits batch after batch, and passes over what is in', async () => {
    const rows = new FakeRows();
    const projector = new BatchProjector({ rows, lease });
    for (const batch of [decision, decision, claim]) await projector.project(batch);
    expect([projector.position, rows.position]).toEqual([13n, 13n]);
  });

  it('stands down, instead of seeing a hole for ever, when a commit stands whose answer was lost', async () => {
    const rows = new FakeRows();
    const projector = new BatchProjector({ rows, lease });
    await projector.project(decision);
    rows.answerLost = true;
    await expect(projector.project(claim)).rejects.toThrow('connection lost');
    await expect(projector.project(claim)).rejects.toThrow(ProjectionFencedError);
  });

  it('stands still at a real hole', async () => {
    const projector = new BatchProjector({ rows: new FakeRows(), lease });
    await expect(projector.project(claim)).rejects.toThrow(RevisionGapError);
  });
});
