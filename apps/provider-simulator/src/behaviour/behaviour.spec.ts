import { describe, expect, it } from '@jest/globals';
import { BEST_DAY } from './behaviour.js';
import { BehaviourBoard } from './behaviour.board.js';
import { readBehaviours } from './behaviour.reader.js';
import { judgeCall, throttleHeaders } from './verdict.policy.js';

const read = (body: unknown) => readBehaviours(body, ['sendgrid']);

describe('what is ordered', () => {
  it('replaces what was before, field by field from the best day', () => {
    const reading = read({ sendgrid: { latencyMs: [5, 10], throttle: { rate: 0.5 }, webhook: { duplicates: 46 } } });
    expect(reading).toEqual({
      kind: 'read',
      behaviours: {
        sendgrid: {
          ...BEST_DAY,
          latencyMs: [5, 10],
          throttle: { ...BEST_DAY.throttle, rate: 0.5 },
          webhook: { ...BEST_DAY.webhook, duplicates: 46 },
        },
      },
    });
    expect(read({ sendgrid: {} })).toEqual({ kind: 'read', behaviours: { sendgrid: BEST_DAY } });
  });

  it('names every fault and applies nothing', () => {
    const body = {
      mailbird: {},
      sendgrid: {
        latencyMs: [10, 5],
        errorRates: { '200': 1 },
        dropAfterAccept: 2,
        colour: 'red',
        webhook: { duplicates: 47, toString: 1 },
        throttle: { style: 'shout' },
      },
    };
    expect(read(body)).toEqual({
      kind: 'faulty',
      faults: [
        'mailbird: unknown provider',
        'sendgrid.latencyMs: out of range',
        'sendgrid.errorRates: out of range',
        'sendgrid.dropAfterAccept: out of range',
        'sendgrid.colour: unknown',
        'sendgrid.throttle.style: out of range',
        'sendgrid.webhook.duplicates: out of range',
        'sendgrid.webhook.toString: unknown',
      ],
    });
    for (const body of [undefined, null, [], 'x', { sendgrid: 1 }]) expect(read(body).kind).toBe('faulty');
  });
});

describe('what happens to a call', () => {
  const kinds = (behaviour: object, seed = 'seed') =>
    Array.from({ length: 2_000 }, (_, i) => judgeCall({ ...BEST_DAY, ...behaviour }, seed, `d${i}`).verdict);

  it('is nothing bad on the best day', () => {
    const proceed = { kind: 'proceed', then: 'answer', answerDelayMs: 0 };
    expect(kinds({}).every((verdict) => JSON.stringify(verdict) === JSON.stringify(proceed))).toBe(true);
  });

  it('depends on seed and key alone, at about the ordered rates', () => {
    const behaviour = { errorRates: { '500': 0.1, '503': 0.2 }, dropAfterAccept: 0.3 };
    const run = kinds(behaviour);
    expect(kinds(behaviour)).toEqual(run);
    expect(kinds(behaviour, 'another')).not.toEqual(run);
    const share = (fits: (verdict: (typeof run)[number]) => boolean) => run.filter(fits).length / run.length;
    expect(share((v) => v.kind === 'error' && v.status === 500)).toBeCloseTo(0.1, 1);
    expect(share((v) => v.kind === 'error' && v.status === 503)).toBeCloseTo(0.2, 1);
    expect(share((v) => v.kind === 'proceed' && v.then === 'drop')).toBeCloseTo(0.7 * 0.3, 1);
  });

  it('is counted by provider: what was ordered is not yet what happened', () => {
    const board = new BehaviourBoard('seed', () => 0);
    board.judge('sendgrid', 'd1');
    board.set({ sendgrid: { ...BEST_DAY, hangs: 1 } });
    expect(board.fates('sendgrid')).toEqual({ answered: 1 });
    for (const key of ['d2', 'd2']) board.judge('sendgrid', key);
    board.set({ sendgrid: { ...BEST_DAY, hangsAfterAccept: 1 } });
    board.judge('sendgrid', 'd3');
    board.set({ sendgrid: { ...BEST_DAY, answerDelayMs: 5 } });
    board.judge('sendgrid', 'd4');
    expect(board.fates('sendgrid')).toEqual({ answered: 1, hang: 2, 'hang-after': 1, late: 1 });
    expect(board.fates('mailgun')).toEqual({});
  });

  it('may differ when the same attempt calls again, and is limited by the second', () => {
    let now = 0;
    const board = new BehaviourBoard('seed', () => now);
    board.set({ sendgrid: { ...BEST_DAY, throttle: { ...BEST_DAY.throttle, rate: 0.5 } } });
    const again = Array.from({ length: 50 }, () => board.judge('sendgrid', 'd1').verdict.kind);
    expect(new Set(again)).toEqual(new Set(['throttle', 'proceed']));
    board.set({ sendgrid: { ...BEST_DAY, throttle: { ...BEST_DAY.throttle, perSecond: 2 } } });
    const second = () => [1, 2, 3].map(() => board.judge('sendgrid', 'd2').verdict.kind);
    expect([...second(), ...((now = 1_000), second())]).toEqual([
      ...['proceed', 'proceed', 'throttle'],
      ...['proceed', 'proceed', 'throttle'],
    ]);
    board.reset();
    expect(second()).toEqual(['proceed', 'proceed', 'proceed']);
  });
});

it.each([
  ['retry-after', { 'Retry-After': '30' }],
  ['retry-after-date', { 'Retry-After': 'Thu, 01 Jan 1970 00:00:30 GMT' }],
  ['x-ratelimit-reset', { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '30' }],
  ['x-rate-limit-reset', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '30' }],
  ['none', {}],
] as const)('a throttled answer in style %s', (style, headers) => {
  expect(throttleHeaders({ rate: 1, perSecond: 0, style, retryAfterSeconds: 30 }, 0)).toEqual(headers);
});
