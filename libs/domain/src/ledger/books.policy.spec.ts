import { describe, expect, it } from '@jest/globals';
import type { LegBooking, OutreachEvent } from '@homing/contracts';
import {
  accepted,
  assistance,
  assumed,
  at,
  cancelAsked,
  cancelled,
  committed,
  deliveryId,
  expired,
  failed,
  found,
  plan,
  rejected,
  request,
  started,
  taskDone,
  unknown,
} from '@homing/testing/outreach-story';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { deliveryOf, emptyOutreach, type Delivery, type OutreachState } from '../outreach/outreach.state.js';
import { rebookingsWanted, react } from '../delivery/reaction.decider.js';
import type { RebookAnswer } from '../delivery/rebooking.policy.js';
import { bookEntriesOf, rebookAsks } from './books.policy.js';
import { chargesOf } from './charges.policy.js';
import { fenceEvents, reclaimOf, RECLAIM_AFTER_MS, type OpenReservation } from './reclaim.policy.js';

const person = `person-${request.personId}`;
const [budget, day1, day2, quota] = ['budget-c', 'budget-c.2026-05-01', 'budget-c.2026-05-02', 'quota-c.2026-05-01'];
const booking: LegBooking = { round: 1, until: at(300), ledgers: [person, budget, day1, quota] };
const booked: OutreachEvent[] = committed.map((event) =>
  event.type === 'OutreachDecided'
    ? { ...event, data: { ...event.data, legs: [{ ...plan, cost: { micros: 7, currency: 'EUR' }, booking }] } }
    : event,
);
const fold = (...events: OutreachEvent[]): OutreachState =>
  [...booked, ...events].reduce(evolveOutreach, emptyOutreach);
const legOf = (state: OutreachState): Delivery => deliveryOf(state, 1)!;
const fact = (kind: 'delivered' | 'bounced', attempt = 1): OutreachEvent => ({
  type: 'ProviderFactRecorded',
  data: {
    ...{ deliveryId, leg: 1, channel: 'email', attempt, provider: 'sendgrid', payloadDigest: 'd', fact: kind },
    ...{
      occurredAt: at(5),
      providerEventId: `${kind}-${attempt}`,
      ...(kind === 'bounced' ? { subtype: 'soft' as const } : {}),
    },
  },
});
const settled = (outcome: 'delivered' | 'failed' | 'assumed_sent' | 'cancelled'): OutreachEvent => ({
  type: 'OutreachSettled',
  data: { outcome, at: at(9) },
});
const entries = (state: OutreachState): string[] =>
  bookEntriesOf(state).map(({ stream, command }) =>
    command.kind === 'settle'
      ? `${stream} settle ${command.key.slice(deliveryId.length)} ${command.charged}`
      : `${stream} ${command.kind} ${'key' in command ? command.key.slice(deliveryId.length) : ''}`,
  );

describe('what the books are owed', () => {
  it('nothing while a message is under way, or its outcome unknown', () => {
    expect(entries(fold())).toEqual([]);
    expect(entries(fold(started()))).toEqual([]);
    expect(entries(fold(started(), unknown()))).toEqual([]);
  });

  it('the price of what was delivered; the slot is kept', () => {
    const one = [`${budget} settle /1/1 7`, `${budget} release /1/2`, `${day1} settle /1/1 7`, `${day1} release /1/2`];
    expect(entries(fold(started(), accepted(), fact('delivered'), settled('delivered')))).toEqual([
      ...one,
      `${quota} settle /1/1 1`,
      `${quota} release /1/2`,
    ]);
  });

  it('everything back for what surely was not sent', () => {
    const state = fold(started(), rejected('permanent'), failed('x', 3), settled('failed'));
    expect(entries(state)).toEqual([person, budget, day1, quota].map((stream) => `${stream} release /1/1`));
  });

  it('the price of what is assumed sent; the slot is kept', () => {
    const state = fold(started(), unknown(), assumed(300), settled('assumed_sent'));
    expect(entries(state)).toContain(`${budget} settle /1/1 7`);
    expect(entries(state)).not.toContain(`${person} release /1/1`);
  });

  it('the price of what came to light as sent, also when that came after a retry was planned', () => {
    expect(entries(fold(started(), unknown(), found('sent')))).toContainEqual(
      expect.stringMatching(`^${budget} settle .* 7$`),
    );
    expect(chargesOf(legOf(fold(started(), unknown(), found('sent'))))).toBe(1);
    expect(chargesOf(legOf(fold(started(), unknown(), found('not_sent'))))).toBe(0);
    expect(chargesOf(legOf(fold(started(), unknown(), found('not_sent'), accepted())))).toBe(1);
  });

  it('everything back for what was cancelled in time, and nothing back while it may be under way', () => {
    expect(entries(fold(cancelAsked(2), cancelled(2), settled('cancelled')))).toEqual(
      [person, budget, day1, quota].map((stream) => expect.stringContaining(`${stream} release`)),
    );
    expect(entries(fold(started(), unknown(), cancelAsked(20)))).toEqual([]);
  });

  it('each charge to the reservation that was committed for it, where the books had counted them', () => {
    const counted: LegBooking = { ...booking, ledgers: [person, budget], serials: [0, 4] };
    const retried = (serial: number): OutreachEvent => ({
      type: 'RetryScheduled',
      data: {
        ...{ deliveryId, leg: 1, channel: 'email', attempt: 2, at: at(600), because: 'soft_bounce' },
        booking: { round: 1, until: at(900), ledgers: [person, budget], serials: [0, serial] },
      },
    });
    const planned = booked.map((event) =>
      event.type === 'OutreachDecided'
        ? { ...event, data: { ...event.data, legs: event.data.legs.map((leg) => ({ ...leg, booking: counted })) } }
        : event,
    );
    const history = [...planned, started(), accepted(), fact('bounced'), retried(9)];
    expect(legOf(history.reduce(evolveOutreach, emptyOutreach)).serials).toEqual({ [budget]: [4, 9] });
    const owed = bookEntriesOf([...history, started(2, 601), accepted(2)].reduce(evolveOutreach, emptyOutreach));
    const serials = owed.flatMap(({ command }) => (command.kind === 'settle' ? [command.serial] : []));
    expect(serials).toEqual([4, 9]);
  });

  it('a second price for a retry after a bounce, in the day it moved to; the day it left gets back what it held', () => {
    const again: LegBooking = { round: 1, until: at(90_000), ledgers: [person, budget, day2] };
    const retried: OutreachEvent = {
      type: 'RetryScheduled',
      data: {
        deliveryId,
        leg: 1,
        channel: 'email',
        attempt: 2,
        at: at(86_400),
        because: 'soft_bounce',
        booking: again,
      },
    };
    expect(entries(fold(started(), accepted(), fact('bounced'), retried))).toEqual([
      `${budget} settle /1/1 7`,
      ...[`${day1} settle /1/1 7`, `${day1} release /1/2`, `${quota} settle /1/1 1`, `${quota} release /1/2`],
      `${day2} settle /1/1 7`,
    ]);
  });

  it('of what somebody sent by hand after it was given back: a slot that is kept, and its price where it stood last', () => {
    const said = (second: number): OutreachEvent => taskDone('sent', second, { despite: 'expired' });
    const of = [started(), assistance(), expired(50), settled('failed')];
    const found = bookEntriesOf(fold(...of, said(60)));
    expect(found[0]).toMatchObject({
      stream: person,
      command: {
        kind: 'keep',
        slot: { at: at(60), until: at(60), fingerprint: plan.contact.fingerprint, cost: { micros: 7 } },
      },
    });
    expect(entries(fold(...of, said(60))).slice(1)).toEqual(
      [budget, day1, quota].flatMap((stream) => [`${stream} charge /1/1`, `${stream} release /1/2`]),
    );
    // Said before anything was given back it costs like any other.
    expect(entries(fold(started(), assistance(), said(60)))).toEqual(
      [
        [budget, 7],
        [day1, 7],
        [quota, 1],
      ].map(([stream, price]) => `${stream} settle /1/1 ${price}`),
    );
  });
});

describe('a retry of something booked', () => {
  const bounced = fold(started(), accepted(), fact('bounced'));
  const [wanted] = rebookingsWanted(bounced, at(10));
  const answer = (over: Partial<RebookAnswer> = {}): Map<number, RebookAnswer> =>
    new Map([[1, { kind: 'booked', attempt: 2, fence: 0, at: at(70), booking, ...over } as RebookAnswer]]);

  it('is planned only when the books have answered, and as they answered', () => {
    expect(react(bounced, at(10))).toEqual([]);
    expect(react(bounced, at(10), answer())).toMatchObject([{ type: 'RetryScheduled', data: { at: at(70), booking } }]);
  });

  it('asks for its slot to move, and for a charge of its own when the first was charged', () => {
    expect(wanted).toMatchObject({ attempt: 2, because: 'soft_bounce', retry: true });
    if (!wanted || bounced.status === 'none') throw new Error('no retry is wanted');
    const campaign = { campaignKey: 'c', currency: 'EUR', version: 1, totalMicros: 100 };
    const asks = rebookAsks(bounced, wanted, { limits: { caps: [], dedupHours: null }, campaign, now: wanted.at });
    expect(asks).toMatchObject([
      { stream: person, command: { kind: 'move', key: `${deliveryId}/1/1`, attempt: 2 } },
      { stream: budget, command: { kind: 'reserve', key: `${deliveryId}/1/2`, amount: 7 } },
    ]);
  });

  it('needs no new booking while nothing was charged and its booking still holds', () => {
    const turnedDown = fold(started(), rejected('retryable'));
    expect(rebookingsWanted(turnedDown, at(10))).toEqual([]);
    expect(react(turnedDown, at(10))).toMatchObject([{ type: 'RetryScheduled', data: { at: at(70), booking } }]);
    expect(rebookingsWanted(turnedDown, at(250))).toMatchObject([{ attempt: 2, at: at(310) }]);
    expect(react(turnedDown, at(250))).toEqual([]);
  });

  it('is given up when the books refuse, with their reason', () => {
    const no = answer({ kind: 'refused', reason: 'budget_exhausted' } as Partial<RebookAnswer>);
    expect(react(bounced, at(10), no)).toMatchObject([
      { type: 'DeliveryFailedPermanently', data: { reason: 'retry_refused:budget_exhausted' } },
      { type: 'OutreachSettled' },
    ]);
  });

  it('is not planned on an answer from before a fence', () => {
    const fenced = fold(started(), accepted(), fact('bounced'), {
      type: 'BookingAbandoned',
      data: { deliveryId, leg: 1, channel: 'email', fence: 1, at: at(200) },
    });
    expect(react(fenced, at(210), answer())).toEqual([]);
    expect(react(fenced, at(210), answer({ fence: 1 }))).toHaveLength(1);
  });

  it('a start whose booking has lapsed is booked anew, or skipped', () => {
    const waiting = fold();
    expect(rebookingsWanted(waiting, at(300))).toEqual([]);
    expect(rebookingsWanted(waiting, at(301))).toMatchObject([{ attempt: 1, retry: false, at: at(301) }]);
    const first = answer({ attempt: 1, at: at(301) });
    expect(react(waiting, at(301), first)).toMatchObject([{ type: 'DeliveryRescheduled', data: { at: at(301) } }]);
    const refused: RebookAnswer = { kind: 'refused', attempt: 1, fence: 0, reason: 'cap_3_in_24_h' };
    expect(react(waiting, at(301), new Map([[1, refused]]))).toMatchObject([
      { type: 'DeliverySkipped', data: { reason: 'cap_3_in_24_h' } },
      { type: 'OutreachSettled' },
    ]);
  });
});

describe('reservations that are nobody’s', () => {
  const { outreachId } = request;
  const open = (stream: string, round = 1): OpenReservation => ({
    ...{ stream, key: `${deliveryId}/${round}/1`, reservedAt: at(0) },
  });
  const late = at(RECLAIM_AFTER_MS / 1000);
  const soon = at(RECLAIM_AFTER_MS / 1000 - 1);

  it('of a decision that was never committed: first fenced, then released', () => {
    const reservations = [open(person), open(budget)];
    expect(reclaimOf(emptyOutreach, reservations, { now: soon })).toEqual({ fence: [], release: [] });
    const reclaim = reclaimOf(emptyOutreach, reservations, { now: late });
    expect(reclaim).toEqual({ abandon: 1, fence: [], release: [] });
    const fence = fenceEvents(emptyOutreach, reclaim, { outreachId, now: late });
    expect(fence).toMatchObject([{ type: 'OutreachAbandoned', data: { round: 1 } }]);
    const after = fence.reduce(evolveOutreach, emptyOutreach);
    expect(after).toEqual({ status: 'none', abandoned: 1 });
    expect(reclaimOf(after, reservations, { now: late }).release.map(({ stream }) => stream)).toEqual([person, budget]);
  });

  it('of a round that was abandoned while the next is on: released at once', () => {
    const second: OutreachState = { status: 'none', abandoned: 1 };
    const { release, abandon } = reclaimOf(second, [open(person, 1), open(person, 2)], { now: soon });
    expect(abandon).toBeUndefined();
    expect(release).toMatchObject([{ command: { key: `${deliveryId}/1/1` } }]);
  });

  it('of a refused request, all of them', () => {
    const refusal = {
      step: 'budget' as const,
      reason: 'budget_exhausted',
      steps: [],
      policyVersion: 'v',
      decidedAt: at(1),
    };
    const refused = [booked[0], { type: 'OutreachRefused', data: refusal }].reduce(
      (state, event) => evolveOutreach(state, event as OutreachEvent),
      emptyOutreach as OutreachState,
    );
    expect(reclaimOf(refused, [open(person)], { now: soon }).release).toHaveLength(1);
  });

  it('of a plan that stands, only what it does not name, and its planner is fenced first', () => {
    const reclaim = reclaimOf(fold(), [open(person), open(day2)], { now: late });
    expect(reclaim).toMatchObject({ fence: [1], release: [{ stream: day2 }] });
    expect(fenceEvents(fold(), reclaim, { outreachId, now: late })).toMatchObject([
      { type: 'BookingAbandoned', data: { leg: 1, fence: 1 } },
    ]);
  });

  it('keeps what is not old enough to be nobody’s', () =>
    expect(reclaimOf(fold(), [open(day2)], { now: soon })).toEqual({ fence: [], release: [] }));
});
