import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { appendRequest, retrying } from '../event-store.contract.fixture.js';
import { AppendOutcomeUnknownError, AppendRejectedError, StreamDeletedError } from '../event-store.errors.js';
import type { EventStore } from '../event-store.port.js';
import { FakeServer } from './fake-server.fixture.js';
import type { AppendFault } from './fake-server.fixture.js';
import { connectEventStore } from './official.event-store.js';

/** Its timers never expire in a test: what it recovers from, it noticed without them. */
const patient = { appendTimeoutMs: 600_000, appendDeadlineMs: 900_000 };
/** Gives up an answer soon; on a busy machine it may do so needlessly, which must harm nothing. */
const brisk = { appendTimeoutMs: 300, appendDeadlineMs: 900_000 };

describe('faults on the wire', () => {
  let server: FakeServer;
  let store: EventStore;
  let briskStore: EventStore;
  let stream: string;

  beforeEach(async () => {
    server = await FakeServer.start();
    store = connectEventStore({ url: server.url, ...patient });
    briskStore = connectEventStore({ url: server.url, ...brisk });
    stream = `outreach-${randomUUID()}`;
  });
  afterEach(async () => {
    await store.dispose();
    await briskStore.dispose();
    await server.stop();
  });

  function faultOnce(fault: AppendFault): void {
    server.fate = (_append, n) => (n === 0 ? fault : 'none');
  }

  it.each<[string, AppendFault]>([
    ['the connection was cut before the events were stored', 'cut_before_store'],
    ['the connection was cut after the events were stored', 'cut_after_store'],
    ['the server says it is not ready', 'not_ready'],
    ['the server sends an error without details', 'no_details'],
  ])('stores once and succeeds, without waiting for a timer, when %s', async (_what, fault) => {
    faultOnce(fault);
    const result = await store.append(appendRequest({ stream }));
    const stored = server.log.stream(stream);
    expect(stored).toHaveLength(1);
    expect(result).toEqual({ kind: 'appended', revision: 0n, position: stored?.[0]?.position });
    expect(server.counts.faults).toBe(1);
    expect(server.seen).toHaveLength(2);
    expect(server.seen[1]?.events).toEqual(server.seen[0]?.events);
    expect(server.seen[1]?.expectedRevision).toBe(server.seen[0]?.expectedRevision);
    expect(server.seen[0]?.contentTypes).toEqual(['application/json']);
  });

  it.each<[string, AppendFault]>([
    ['stored and never answered', 'silent_after_store'],
    ['neither stored nor answered', 'silent_before_store'],
  ])('stores once and succeeds when the server %s', async (_what, fault) => {
    faultOnce(fault);
    const result = await briskStore.append(appendRequest({ stream }));
    const stored = server.log.stream(stream);
    expect(stored).toHaveLength(1);
    expect(result).toEqual({ kind: 'appended', revision: 0n, position: stored?.[0]?.position });
    expect(server.counts.faults).toBe(1);
    expect(new Set(server.seen.map((append) => append.events[0]?.id)).size).toBe(1);
    expect(server.counts.batchStreams).toBeGreaterThan(1);
  });

  it('reports a conflict, not a success, when another took the revision while its answer was lost', async () => {
    server.fate = (append, n) => {
      if (n > 0) return 'none';
      server.log.append({ ...append, events: [{ id: randomUUID(), type: 'Other', json: Buffer.from('{}') }] });
      return 'cut_before_store';
    };
    expect(await store.append(appendRequest({ stream }))).toMatchObject({ kind: 'conflict', actualRevision: 0n });
    expect(server.counts.faults).toBe(1);
    expect(server.counts.reads).toBeGreaterThan(0);
  });

  it('stores at the first sending though its clock is far behind the server', async () => {
    server.now = () => Date.now() + 3_600_000;
    expect(await briskStore.append(appendRequest({ stream }))).toMatchObject({ kind: 'appended', revision: 0n });
    expect(server.counts.faults).toBe(0);
    expect(server.log.stream(stream)).toHaveLength(1);
  });

  it('knows its own events again when the server calls them a conflict', async () => {
    const request = appendRequest({ stream });
    await store.append(request);
    server.log.append = () => ({ kind: 'conflict', actualRevision: 0n });
    const position = server.log.stream(stream)?.[0]?.position;
    expect(await store.append(request)).toEqual({ kind: 'appended', revision: 0n, position });
  });

  it('says that the outcome is unknown when the server stays silent, and settles it on the next call', async () => {
    const impatient = connectEventStore({ url: server.url, appendTimeoutMs: 50, appendDeadlineMs: 1_500 });
    await impatient.ping();
    server.fate = () => 'silent_after_store';
    const request = appendRequest({ stream });
    const outcome = impatient.append(request);
    await expect(outcome).rejects.toThrow(AppendOutcomeUnknownError);
    await expect(outcome).rejects.toMatchObject({ stream, commandId: request.commandId, retryable: true });
    expect(server.counts.faults).toBeGreaterThan(1);
    expect(server.counts.batchStreams).toBeGreaterThan(1);
    server.fate = () => 'none';
    expect(await store.append(request)).toMatchObject({ kind: 'appended', revision: 0n });
    expect(server.log.stream(stream)).toHaveLength(1);
    await impatient.dispose();
  });

  it('leaves a frozen connection behind for a new one', async () => {
    await briskStore.append(appendRequest({ stream: `${stream}-first` }));
    const before = server.proxy.counts.connections;
    server.proxy.freeze();
    const pending = briskStore.append(appendRequest({ stream }));
    await server.proxy.until(() => server.proxy.counts.connections > before);
    server.proxy.cutNewest();
    server.proxy.heal();
    expect(await pending).toMatchObject({ kind: 'appended', revision: 0n });
    expect(server.log.stream(stream)).toHaveLength(1);
  });

  it('survives a server that refuses connections at first', async () => {
    server.proxy.refuse();
    const pending = store.append(appendRequest({ stream }));
    await server.proxy.until(() => server.proxy.counts.refused > 0);
    server.proxy.heal();
    expect(await pending).toMatchObject({ kind: 'appended', revision: 0n });
    expect(server.log.stream(stream)).toHaveLength(1);
  });

  it.each(['internal', 'silent'] as const)('needs no feature probe: %s', async (probe) => {
    server.probe = probe;
    expect(await store.append(appendRequest({ stream }))).toMatchObject({ kind: 'appended' });
    expect(server.counts.probes).toBe(0);
  });

  it('does not fail appends on a healthy server when another one dies', async () => {
    const other = await FakeServer.start();
    const dying = connectEventStore({ url: other.url, appendTimeoutMs: 5_000, appendDeadlineMs: 2_000 });
    const [answers, seen] = [[] as (() => void)[], [] as unknown[]];
    other.fate = () => 'silent_before_store';
    server.hold = (answer) => void answers.push(answer);
    const lost = dying.append(appendRequest({ stream }));
    const pending = store.append(appendRequest({ stream })).then((result) => seen.push(result));
    await server.until(() => answers.length > 0);
    await other.until(() => other.seen.length > 0);
    other.proxy.refuse();
    await expect(lost).rejects.toThrow(AppendOutcomeUnknownError);
    expect(seen).toEqual([]);
    for (const answer of answers) answer();
    await pending;
    expect(seen).toMatchObject([{ kind: 'appended', revision: 0n }]);
    expect(server.seen).toHaveLength(1);
    await dying.dispose();
    await other.stop();
  });

  it('follows the leader, and everything in flight with it', async () => {
    const leader = await FakeServer.start();
    server.fate = (_append, n) => (n === 2 ? { notLeader: leader.proxy.port } : 'silent_before_store');
    const streams = [0, 1, 2].map((n) => `${stream}-${n}`);
    const results = await Promise.all(streams.map((name) => store.append(appendRequest({ stream: name }))));
    expect(results.map((result) => result.kind)).toEqual(['appended', 'appended', 'appended']);
    expect(server.counts.faults).toBe(3);
    expect(server.log.all).toEqual([]);
    expect(streams.map((name) => leader.log.stream(name)?.length)).toEqual([1, 1, 1]);
    await leader.stop();
  });

  it('follows the leader even when it was told of it late', async () => {
    const leader = await FakeServer.start();
    server.fate = (_append, n) => (n < 2 ? 'not_ready' : { notLeader: leader.proxy.port });
    expect(await store.append(appendRequest({ stream }))).toMatchObject({ kind: 'appended', revision: 0n });
    expect(server.seen.length).toBeLessThanOrEqual(4);
    expect(leader.log.stream(stream)).toHaveLength(1);
    await leader.stop();
  });

  it('throws typed errors for what no repetition mends', async () => {
    server.fate = () => 'tombstoned';
    await expect(store.append(appendRequest({ stream }))).rejects.toThrow(StreamDeletedError);
    server.fate = () => 'too_large';
    await expect(store.append(appendRequest({ stream }))).rejects.toThrow(AppendRejectedError);
    expect(server.seen).toHaveLength(2);
    server.tombstoned.add(stream);
    await expect(store.readStream(stream)).rejects.toMatchObject({ name: 'StreamDeletedError', how: 'tombstoned' });
  });

  it('names a softly deleted stream instead of calling it missing', async () => {
    const json = Buffer.from('{"$tb":9223372036854775807}');
    server.log.append({ ...plain(`$$${stream}`), events: [{ id: randomUUID(), type: '$metadata', json }] });
    await expect(store.readStream(stream)).rejects.toMatchObject({ name: 'StreamDeletedError', how: 'soft' });
  });

  it('times out a silent read with an error that says to retry', async () => {
    const reader = connectEventStore({ url: server.url, readTimeoutMs: 100 });
    server.readsSilent = true;
    do {
      const outcome = reader.readStream(stream);
      await expect(outcome).rejects.toMatchObject({ name: 'EventStoreUnavailableError', retryable: true });
    } while (server.counts.reads === 0);
    server.readsSilent = false;
    expect(await retrying(() => reader.readStream(stream))).toEqual({ kind: 'missing' });
    await reader.dispose();
  });

  it('settles appends in flight when it is disposed', async () => {
    server.fate = () => 'silent_before_store';
    const outcome = store.append(appendRequest({ stream }));
    await server.until(() => server.seen.length > 0);
    await store.dispose();
    await expect(outcome).rejects.toThrow(AppendOutcomeUnknownError);
    await expect(store.append(appendRequest({ stream }))).rejects.toThrow('disposed');
  });

  function plain(name: string) {
    return { stream: name, expectedRevision: 'no_stream' as const, metadata: Buffer.from('{}'), created: new Date() };
  }
});
