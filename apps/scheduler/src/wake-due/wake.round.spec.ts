import { describe, expect, it } from '@jest/globals';
import { outreachStream, type OutreachEvent } from '@homing/contracts';
import { timetableOf, type OutgoingDispatch, type OutgoingLookUp } from '@homing/domain';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import type { TimetableRow } from '@homing/read-model';
import {
  at,
  committed,
  found,
  outreachId,
  rejected,
  request,
  started,
  T0,
  unknown,
} from '@homing/testing/outreach-story';
import { LOOK_UP_REWAKE_CAP_MS, LOOK_UP_REWAKE_MS, nextWakeAt, REWAKE_CAP_MS, REWAKE_MS } from './wake.policy.js';
import { wakeDue, type WakeParts } from './wake.round.js';

const later = (seconds: number): Date => new Date(at(seconds));
const { tenantId } = request;

/** A timetable that keeps its marks the way the read model does: compare and swap on the number of wakes. */
async function stage(...events: OutreachEvent[]) {
  const store = new InMemoryEventStore();
  const metadata = {
    tenantId,
    correlationId: outreachId,
    causationId: 'c',
    recordedAt: T0,
    recordedBy: 'spec',
    schemaVersion: 1,
  };
  await handleCommand(store, outreachFold, {
    stream: outreachStream(outreachId),
    decide: () => [...committed, ...events],
    commandId: 'put',
    metadata,
  });
  const projected = await readOutreach(store, outreachId);
  let rows: TimetableRow[] = timetableOf(projected.state).map((entry) => ({
    ...entry,
    outreachId,
    tenantId,
    urgencyRank: 2,
    wakeAt: entry.dueAt,
    wakes: 0,
    lastWakeAt: null,
  }));
  const dispatched: (OutgoingDispatch | OutgoingLookUp)[] = [];
  const followed: string[] = [];
  const parts = (now: Date, over: Partial<WakeParts> = {}): WakeParts => ({
    store,
    instance: 'spec',
    now: () => now,
    follow: (outreach) => Promise.resolve(void followed.push(...outreach.map((entry) => entry.outreachId))),
    room: () => Promise.resolve(500),
    publish: (dispatches) => Promise.resolve(void dispatched.push(...dispatches)),
    lookUp: (lookUps) => Promise.resolve(void dispatched.push(...lookUps)),
    readModel: {
      dueEntries: ({ now: at, kind, except, limit }) =>
        Promise.resolve(
          rows
            .filter((row) => row.wakeAt <= at && row.kind !== except && (kind ?? row.kind) === row.kind)
            .slice(0, limit),
        ),
      markWoken: ({ entries, nextWakeAt: wakeAt }) => {
        const mine = rows.filter((row) =>
          entries.some((entry) => entry.kind === row.kind && entry.wakes === row.wakes),
        );
        rows = rows.map((row) => (mine.includes(row) ? { ...row, wakes: row.wakes + 1, wakeAt } : row));
        return Promise.resolve(rows.filter((row) => mine.some((m) => m.kind === row.kind)));
      },
      foldedStates: () =>
        Promise.resolve(
          projected.revision === 'no_stream'
            ? []
            : [{ outreachId, tenantId, revision: projected.revision, traceparent: null, state: projected.state }],
        ),
    },
    ...over,
  });
  const types = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map((event) => event.type).slice(3 + events.length) : [];
  };
  /** Stands in the store and is not projected yet. */
  const append = (...more: OutreachEvent[]) =>
    handleCommand(store, outreachFold, {
      stream: outreachStream(outreachId),
      decide: () => more,
      commandId: 'more',
      metadata,
    });
  return { parts, dispatched, followed, types, append };
}

describe('a round of the clock', () => {
  it('dispatches again what nobody started, under a new id each time and less and less often', async () => {
    const { parts, dispatched } = await stage();
    await wakeDue(parts(later(2)));
    expect(dispatched).toHaveLength(0);
    await wakeDue(parts(later(3)));
    await wakeDue(parts(later(4)));
    // The committer's own message id: while that message is known, the bus drops this one.
    expect(dispatched.map((d) => d.key)).toEqual([`${outreachId}.1:1:0`]);
    await wakeDue(parts(later(19)));
    expect(dispatched.map((d) => d.key)).toEqual([`${outreachId}.1:1:0`, `${outreachId}.1:1:1`]);
  });

  it('tries again soon what the bus does not take, however often that happens', async () => {
    const { parts, dispatched } = await stage();
    const refusing = { publish: () => Promise.reject(new Error('full')) };
    const attempts: number[] = [];
    for (let second = 3; second < 123; second += 1) {
      await wakeDue(parts(later(second), refusing)).catch(() => attempts.push(second));
    }
    expect(attempts.slice(0, 4)).toEqual([3, 8, 13, 18]);
    expect(attempts.at(-1)).toBe(118);
    await wakeDue(parts(later(123)));
    expect(dispatched).toHaveLength(1);
  });

  it('two clocks at once dispatch once', async () => {
    const { parts, dispatched } = await stage();
    await Promise.all([wakeDue(parts(later(20))), wakeDue(parts(later(20)))]);
    expect(dispatched).toHaveLength(1);
  });

  it('makes an outcome unknown when the lease has passed, once', async () => {
    const { parts, types } = await stage(started());
    await wakeDue(parts(later(14)));
    expect(await types()).toEqual([]);
    await Promise.all([wakeDue(parts(later(15))), wakeDue(parts(later(15)))]);
    await wakeDue(parts(later(60)));
    expect(await types()).toEqual(['AttemptOutcomeUnknown']);
  });

  it('has the orchestrator take a reaction nobody took', async () => {
    const { parts, followed } = await stage(started(), rejected('retryable'));
    await wakeDue(parts(later(15)));
    expect(followed).toEqual([outreachId]);
  });

  it('dispatches no more than fits on the bus, and still ends leases', async () => {
    const { parts, dispatched } = await stage();
    await wakeDue(parts(later(20), { room: () => Promise.resolve(0) }));
    expect(dispatched).toEqual([]);
    const lease = await stage(started());
    await wakeDue(lease.parts(later(60), { room: () => Promise.resolve(0) }));
    expect(await lease.types()).toEqual(['AttemptOutcomeUnknown']);
  });

  it('has booked anew, and does not dispatch, what its booking has lapsed for', async () => {
    const booking = { round: 1, until: at(5), ledgers: ['person-p'] };
    const again: OutreachEvent = {
      type: 'DeliveryRescheduled',
      data: {
        deliveryId: `${outreachId}.1`,
        leg: 1,
        channel: 'email',
        attempt: 1,
        at: at(0),
        because: 'spec',
        booking,
      },
    };
    const { parts, dispatched, followed } = await stage(again);
    await wakeDue(parts(later(20)));
    expect(dispatched).toEqual([]);
    expect(followed).toEqual([outreachId]);
  });

  describe('looks after an unknown outcome', () => {
    const hours72 = 72 * 3600;
    const canBeAsked = [started(1, 0, { lookUpAfterSeconds: 600 }), unknown()];

    it('by having it looked up when the provider’s word counts, and seldom again', async () => {
      const { parts, dispatched } = await stage(...canBeAsked);
      await wakeDue(parts(later(614)));
      expect(dispatched).toEqual([]);
      await wakeDue(parts(later(615)));
      await wakeDue(parts(later(616)));
      expect(dispatched).toMatchObject([
        {
          subject: 'delivery.lookup.email',
          key: `lookup:${outreachId}.1:1:1`,
          data: { outreachId, leg: 1, attempt: 1 },
        },
      ]);
    });

    it('by asking for no look-up where there is none', async () => {
      const { parts, dispatched, types } = await stage(started(), unknown());
      await wakeDue(parts(later(3600)));
      expect(dispatched).toEqual([]);
      expect(await types()).toEqual([]);
    });

    it('by asking for no re-send once the key is too old', async () => {
      const { parts, dispatched } = await stage(started(1, 0, { resendWithinSeconds: 900 }), unknown());
      await wakeDue(parts(later(900)));
      expect(dispatched).toEqual([]);
    });

    it('by taking it for sent after 72 h, once, and not sooner', async () => {
      const { parts, types } = await stage(started(), unknown());
      await wakeDue(parts(later(14 + hours72)));
      expect(await types()).toEqual([]);
      await Promise.all([wakeDue(parts(later(15 + hours72))), wakeDue(parts(later(15 + hours72)))]);
      expect(await types()).toEqual(['AttemptAssumedSent', 'OutreachSettled']);
    });

    it('by letting alone what was settled meanwhile', async () => {
      const { parts, types, append } = await stage(started(), unknown());
      await append(found('sent'));
      await wakeDue(parts(later(15 + hours72)));
      expect(await types()).toEqual(['UnknownOutcomeSettled']);
    });
  });

  it('ends leases even while the bus is away', async () => {
    const { parts, types } = await stage(started());
    await wakeDue(parts(later(15), { publish: () => Promise.reject(new Error('bus down')) })).catch(() => undefined);
    expect(await types()).toEqual(['AttemptOutcomeUnknown']);
  });

  it('that cannot publish is tried again later', async () => {
    const { parts, dispatched } = await stage();
    await expect(wakeDue(parts(later(15), { publish: () => Promise.reject(new Error('bus down')) }))).rejects.toThrow(
      'bus down',
    );
    await wakeDue(parts(later(30)));
    expect(dispatched).toHaveLength(1);
  });
});

describe('the wait before the next wake', () => {
  it('doubles up to its cap', () => {
    const waits = [0, 1, 2, 20].map((wakes) => nextWakeAt(later(0), wakes).getTime() - later(0).getTime());
    expect(waits).toEqual([REWAKE_MS, REWAKE_MS * 2, REWAKE_MS * 4, REWAKE_CAP_MS]);
  });
  it('is longer for look-ups, which are dear', () => {
    const waits = [0, 20].map((wakes) => nextWakeAt(later(0), wakes, 'seldom').getTime() - later(0).getTime());
    expect(waits).toEqual([LOOK_UP_REWAKE_MS, LOOK_UP_REWAKE_CAP_MS]);
  });
});
