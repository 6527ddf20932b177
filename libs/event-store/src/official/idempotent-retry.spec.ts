import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { appendRequest } from '../event-store.contract.fixture.js';
import type { ExpectedRevision } from '../event-store.port.js';
import { FakeServer } from './fake-server.fixture.js';
import type { AppendFault } from './fake-server.fixture.js';
import { connectEventStore } from './official.event-store.js';

const fault = fc.constantFrom<AppendFault>(
  'none',
  'cut_before_store',
  'cut_after_store',
  'not_ready',
  'silent_after_store',
);

const patient = { appendDeadlineMs: 60_000, appendBackoff: { baseMs: 1, maxMs: 5 } };

describe('retrying on any wire', () => {
  it('stores every transition exactly once, in order, whatever is lost before or after it is stored', async () => {
    const landed = new Map<AppendFault, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 8, maxLength: 24 }), async (fates) => {
        const server = await FakeServer.start();
        const store = connectEventStore({ url: server.url, ...patient, appendTimeoutMs: 100 });
        server.fate = (_append, n) => {
          const fate = fates[n] ?? 'none';
          landed.set(fate, (landed.get(fate) ?? 0) + 1);
          return fate;
        };
        let revision: ExpectedRevision = 'no_stream';
        for (let n = 0; n < 8; n += 1) {
          const events = [{ type: 'Moved', data: { to: n } }];
          const result = await store.append(
            appendRequest({ stream: 'outreach-1', expectedRevision: revision, events }),
          );
          if (result.kind !== 'appended') throw new Error(`transition ${n} was lost to a conflict`);
          revision = result.revision;
        }
        await store.dispose();
        await server.stop();
        const stored = server.log.stream('outreach-1')?.map((event) => JSON.parse(event.json.toString()) as unknown);
        expect(stored).toEqual(Array.from({ length: 8 }, (_, n) => ({ to: n })));
        expect(server.counts.faults).toBe(fates.slice(0, server.seen.length).filter((fate) => fate !== 'none').length);
      }),
      { numRuns: 15 },
    );
    for (const each of ['cut_before_store', 'cut_after_store', 'not_ready', 'silent_after_store'] as const) {
      expect(landed.get(each) ?? 0).toBeGreaterThan(0);
    }
  });

  it('keeps concurrent writers apart: many streams on one shared connection, cut at random', async () => {
    const server = await FakeServer.start();
    const store = connectEventStore({ url: server.url, ...patient, appendTimeoutMs: 2_000 });
    let arrived = 0;
    server.fate = () => {
      arrived += 1;
      if (arrived % 37 === 0) return arrived % 2 === 0 ? 'cut_before_store' : 'cut_after_store';
      return 'none';
    };
    const write = async (stream: string): Promise<void> => {
      let revision: ExpectedRevision = 'no_stream';
      for (let n = 0; n < 6; n += 1) {
        const events = [{ type: 'Moved', data: { to: n } }];
        const result = await store.append(appendRequest({ stream, expectedRevision: revision, events }));
        if (result.kind !== 'appended') throw new Error(`${stream}: transition ${n} was lost to a conflict`);
        revision = result.revision;
      }
    };
    const streams = Array.from({ length: 40 }, (_, n) => `outreach-${n}`);
    await Promise.all(streams.map(write));
    expect(streams.map((stream) => server.log.stream(stream)?.length)).toEqual(streams.map(() => 6));
    expect(server.counts.faults).toBeGreaterThan(5);
    expect(server.proxy.counts.cut).toBeGreaterThan(5);
    await store.dispose();
    await server.stop();
  });
});
