import { describe, expect, it } from '@jest/globals';
import type { BatchEvent } from '@homing/contracts';
import { decideBatch, nextOfBatch, type BatchCommand } from './batch.decider.js';
import { evolveBatch, noBatch, type BatchState } from './batch.state.js';

const now = '2026-05-01T10:00:00.000Z';
const accept: BatchCommand = {
  ...{ kind: 'accept', batchId: 'b', tenantId: 't', items: 5, accepted: 5, refused: 0, chunkSize: 2, chunks: 3 },
  ...{ receivedAt: now, acceptedAt: now },
};
const places = (chunk: number) =>
  [0, 1].map((n) => 2 * chunk + n).flatMap((index) => (index < 5 ? [{ index, outreachId: `o${index}` }] : []));
const expand = (chunk: number): BatchCommand => ({ kind: 'expand', chunk, items: places(chunk), now });
const cancel: BatchCommand = { kind: 'cancel', by: 'key:1', now };
const withhold = (chunk: number, withheld: number): BatchCommand => ({
  ...{ kind: 'cancel-chunk', chunk, withheld, items: withheld > 0 ? [] : places(chunk), now },
});

function after(...commands: readonly BatchCommand[]): { state: BatchState; said: BatchEvent[][] } {
  const said: BatchEvent[][] = [];
  const state = commands.reduce<BatchState>((before, command) => {
    const events = decideBatch(before, command);
    said.push([...events]);
    return events.reduce(evolveBatch, before);
  }, noBatch);
  return { state, said };
}
const types = (events: readonly BatchEvent[] | undefined) => events?.map(({ type }) => type);

describe('a batch', () => {
  it('is accepted once', () => {
    expect(after(accept, accept).said.map(types)).toEqual([['BatchAccepted'], []]);
  });

  it('is not there before that', () => {
    expect(after(expand(0), cancel, withhold(0, 2)).said).toEqual([[], [], []]);
  });

  it('is handed over chunk by chunk, each once, and says when the last one was', () => {
    const { state, said } = after(accept, expand(0), expand(0), expand(2), expand(1));
    expect(said.map(types)).toEqual([
      ['BatchAccepted'],
      ['BatchChunkExpanded'],
      [],
      ['BatchChunkExpanded'],
      ['BatchChunkExpanded', 'BatchExpanded'],
    ]);
    expect(state).toMatchObject({ status: 'expanded', items: 5, withheld: 0 });
    expect(nextOfBatch(state)).toBeUndefined();
  });

  it('goes on with the first chunk that is not recorded', () => {
    expect(nextOfBatch(after(accept).state)).toEqual({ kind: 'expand', chunk: 0 });
    expect(nextOfBatch(after(accept, expand(0), expand(2)).state)).toEqual({ kind: 'expand', chunk: 1 });
    expect(nextOfBatch(noBatch)).toBeUndefined();
  });

  it('hands nothing over any more once its cancellation was asked for', () => {
    const { state, said } = after(accept, expand(0), cancel, expand(1), cancel);
    expect(said.slice(2).map(types)).toEqual([['BatchCancellationRequested'], [], []]);
    expect(nextOfBatch(state)).toEqual({ kind: 'cancel-chunk', chunk: 0 });
  });

  it('is cancelled when every chunk is, and names what became an outreach all the same', () => {
    const { state, said } = after(accept, expand(0), cancel, withhold(0, 0), withhold(1, 0), withhold(2, 1));
    expect(said[3]).toMatchObject([{ type: 'BatchChunkCancelled', data: { items: [] } }]);
    expect(said[4]).toMatchObject([{ type: 'BatchChunkCancelled', data: { items: places(1), withheld: 0 } }]);
    expect(said[5]?.at(-1)).toMatchObject({ type: 'BatchCancelled', data: { items: 4, withheld: 1 } });
    expect(state).toMatchObject({ status: 'cancelled' });
    expect(decideBatch(state, cancel)).toEqual([]);
  });

  it('is cancelled also after all of it was handed over', () => {
    const { said } = after(accept, expand(0), expand(1), expand(2), cancel);
    expect(types(said.at(-1))).toEqual(['BatchCancellationRequested']);
  });

  it('has no chunk that it was not accepted with', () => {
    expect(after(accept, expand(3)).said.at(-1)).toEqual([]);
  });
});
