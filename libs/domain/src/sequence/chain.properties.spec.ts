// Chains in any order of facts, waits, cancels, unknown outcomes and slow committers.
import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent, RequestedStep } from '@homing/contracts';
import fc from 'fast-check';
import { at } from '@homing/testing/outreach-story';
import { attemptState } from '../delivery/attempt-state.policy.js';
import { deliveryState } from '../delivery/delivery-state.policy.js';
import type { Delivery, OutreachState } from '../outreach/outreach.state.js';
import { timetableOf } from '../outreach/timetable.view.js';
import { chainStand } from './chain.stand.js';
import { ChainWorld, steps } from './chain.world.fixture.js';

const full = process.env['HOMING_TEST_SIZE'] === 'full';
const RUNS = { numRuns: full ? 100_000 : 10_000 };
const FEWER = { numRuns: RUNS.numRuns / 5 };

const MOVES = [
  'claim',
  'claim',
  'claim',
  'accept',
  'accept',
  'reject',
  'fail',
  'lose',
  'delivered',
  'opened',
  'replied',
  'unsubscribed',
  'bounced',
  'sent after all',
  'not sent after all',
  'react',
  'react',
  'react',
  'react, the next step refused',
  'plan and wait',
  'commit what was planned',
  'cancel',
  'suppressed',
  'campaign stopped',
] as const;
type Move = (typeof MOVES)[number];

const HOUR = 3600;
const move = fc.record({
  move: fc.constantFrom(...MOVES),
  leg: fc.constantFrom(1, 1, 1, 2, 2, 3),
  wait: fc.constantFrom(0, 1, 20, HOUR, 25 * HOUR, 50 * HOUR),
});
const stepOver: fc.Arbitrary<Partial<RequestedStep>> = fc.record({
  until: fc.constantFrom('delivered', 'read', 'answered'),
  waitHours: fc.constantFrom(0.01, 24, 48),
  acceptUnknown: fc.boolean(),
  retry: fc.record({ maxRetries: fc.integer({ min: 0, max: 2 }) }),
});

function take(world: ChainWorld, { move: what, leg }: { move: Move; leg: number }): void {
  switch (what) {
    case 'claim':
      return world.claim(leg);
    case 'accept':
      return world.answer(leg, { kind: 'accepted', providerMessageId: `pm-${leg}` });
    case 'reject':
      return world.answer(leg, { kind: 'rejected', class: 'retryable', code: 'http_503' });
    case 'fail':
      return world.answer(leg, { kind: 'rejected', class: 'permanent', code: 'http_400' });
    case 'lose':
      return world.answer(leg, { kind: 'unknown', reason: 'timeout' });
    case 'sent after all':
      return world.settle(leg, 'sent');
    case 'not sent after all':
      return world.settle(leg, 'not_sent');
    case 'react':
      return world.react();
    case 'react, the next step refused':
      return world.react(true);
    case 'plan and wait':
      return void world.plan();
    case 'commit what was planned':
      return world.reactLate();
    case 'cancel':
      return world.cancel();
    case 'suppressed':
      return world.skip(leg, 'suppressed');
    case 'campaign stopped':
      return world.skip(leg, 'campaign_stopped');
    default:
      return world.fact(leg, what);
  }
}

const lastState = ({ attempts }: Delivery) => {
  const last = attempts.at(-1);
  return last && attemptState(last);
};

/** Something of ours may still go out, or is going out. */
const isRunning = (delivery: Delivery): boolean =>
  (delivery.next !== undefined && !delivery.closed) || lastState(delivery) === 'pending';

const saidStop = (state: OutreachState): boolean =>
  state.status !== 'none' &&
  state.deliveries.some(({ attempts }) =>
    attempts.some(({ facts }) => facts.some(({ fact }) => fact === 'replied' || fact === 'unsubscribed')),
  );

/** Cheaper than `expect` in what runs a hundred thousand times. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What must hold of every append. */
function lawful(world: ChainWorld, events: readonly OutreachEvent[], before: OutreachState): void {
  const { deliveries, chain } = world;
  must(deliveries.filter(isRunning).length <= 1, 'two legs run at once');
  const goesOn = events.some(({ type }) => type === 'FallbackPlanned' || type === 'AttemptStarted');
  must(!goesOn || !saidStop(before), 'went on after an answer');
  for (const event of events) {
    if (event.type !== 'FallbackPlanned') continue;
    must(before.status !== 'none' && !before.cancellation, 'went on after it was cancelled');
    const earlier = deliveries.filter((d) => d.leg < event.data.leg);
    must(earlier.length > 0, 'a fallback before anything');
    for (const delivery of earlier) {
      const step = chain.find((each) => each.step === delivery.leg);
      const began = Date.parse(delivery.attempts[0]?.startedAt ?? at(0));
      const hadItsTime = Date.parse(world.now) >= began + Math.round((step?.waitHours ?? 0) * HOUR * 1000);
      const { kind } = delivery.closed ?? {};
      must(kind !== undefined, 'the leg before goes on');
      must((kind !== 'given_up' && kind !== 'assumed_sent') || hadItsTime, 'before its wait was over');
      must(lastState(delivery) !== 'outcome_unknown' || step?.acceptUnknown === true, 'past an unknown outcome');
    }
  }
}

/** The clock is owed whatever only it can bring about. */
function timed({ state }: ChainWorld): void {
  if (state.status !== 'active') return;
  const stand = chainStand(state, at(0));
  const owed = timetableOf(state).some(({ kind }) => kind === 'fallback');
  must(owed === (stand?.kind === 'waiting' || stand?.kind === 'next'), 'the clock is not told');
}

const KINDS = [
  'FallbackPlanned failed',
  'FallbackPlanned in time',
  'DeliveryGivenUp',
  'AttemptAssumedSent',
  'StepPassedOver cap_3_in_24_h',
  'StepPassedOver replied',
  'StepPassedOver unsubscribed',
  'StepPassedOver not_needed',
  'StepPassedOver cancelled',
  'StepPassedOver deadline_passed',
  'StepPassedOver campaign_stopped',
  'DeliverySkipped',
];

function kindOf(event: OutreachEvent): string {
  if (event.type === 'StepPassedOver') return `${event.type} ${event.data.reason}`;
  if (event.type === 'FallbackPlanned')
    return `${event.type} ${event.data.because.startsWith('not_') ? 'in time' : 'failed'}`;
  return event.type;
}

describe('a fallback chain', () => {
  it('never runs two legs at once, never goes on after an answer, and comes to its end by the clock alone', () => {
    const met = new Map<string, number>(KINDS.map((kind) => [kind, 0]));
    const note = (log: readonly OutreachEvent[]): void => {
      for (const kind of new Set(log.map(kindOf))) if (met.has(kind)) met.set(kind, (met.get(kind) ?? 0) + 1);
    };
    fc.assert(
      fc.property(
        fc.tuple(stepOver, stepOver, stepOver),
        fc.array(move, { minLength: 4, maxLength: 16, size: 'max' }),
        (over, moves) => {
          const world = new ChainWorld({ steps: steps(...over) }, lawful);
          for (const each of moves) {
            world.second += each.wait;
            take(world, each);
            timed(world);
          }
          world.drain();
          const { log, state, deliveries, chain } = world;
          const settled = log.filter(({ type }) => type === 'OutreachSettled').length;
          // Who is not settled waits for what only a provider can still say of a message it has.
          const inHands = deliveries.some((d) => ['queued', 'sent', 'outcome_unknown'].includes(deliveryState(d)));
          must(settled === 1 || (settled === 0 && inHands), 'never settled');
          if (state.status !== 'settled') return;
          const passed = log.flatMap((event) => (event.type === 'StepPassedOver' ? [event.data.leg] : []));
          const all = [...deliveries.map(({ leg }) => leg), ...passed].sort((a, b) => a - b);
          must(String(all) === String(chain.map(({ step }) => step)), 'a step without an end');
          note(log);
        },
      ),
      RUNS,
    );
    // Far fewer than are drawn: a run that met none of a kind has shown nothing of it.
    for (const [kind, times] of met) expect([kind, times > RUNS.numRuns / 200]).toEqual([kind, true]);
  });
});

describe('channels tried at once', () => {
  it('run each its own course, and stop together when the person answers', () =>
    fc.assert(
      fc.property(fc.array(move, { minLength: 4, maxLength: 16, size: 'max' }), (moves) => {
        const world = new ChainWorld({ strategy: 'parallel', steps: steps() }, (_world, events, before) => {
          must(!saidStop(before) || !events.some(({ type }) => type === 'AttemptStarted'), 'started after an answer');
        });
        must(world.deliveries.length === 3, 'not all at once');
        for (const each of moves) {
          world.second += each.wait;
          take(world, each);
        }
        world.drain();
        const settled = world.log.filter(({ type }) => type === 'OutreachSettled').length;
        const inHands = world.deliveries.some((d) => ['queued', 'sent', 'outcome_unknown'].includes(deliveryState(d)));
        must(settled === 1 || inHands, 'never settled');
      }),
      FEWER,
    ));
});
