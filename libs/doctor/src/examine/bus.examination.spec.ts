import { describe, expect, it } from '@jest/globals';
import type { InspectedConsumer, InspectedStream } from '@homing/messaging';
import { examineBus, examineConsumers, examineStreams } from './bus.examination.js';
import { found, noteOf } from './looking.fixture.js';

describe('the server of the bus', () => {
  const version = (text: string) => examineBus({ version: () => Promise.resolve(text) });
  const failing = (message: string) =>
    examineBus({ version: () => Promise.reject(Object.assign(new Error(message), { code: 'CODE' })) });

  it.each([
    ['2.12.1', []],
    ['2.9.25', ['BUS_NOT_POWER_SAFE warn: version 2.9.25']],
    ['2.8.4', ['BUS_OLD fail: version 2.8.4']],
  ])('of version %s', async (text, lines) => expect(await found(version(text))).toEqual(lines));

  it.each([
    [false, ['BUS_NOT_POWER_SAFE warn: without sync_interval: always']],
    [true, []],
    [undefined, []],
  ])('that writes through: %s', async (through, lines) => {
    const asked = { version: () => Promise.resolve('2.10.1'), writesThrough: () => through };
    expect(await found(examineBus(asked))).toEqual(lines);
  });

  it('BUS_UNREACHABLE and BUS_REFUSED are told apart', async () => {
    expect(await found(failing('connection refused'))).toEqual(['BUS_UNREACHABLE fail: CODE']);
    expect(await found(failing("'Authorization Violation'"))).toEqual(['BUS_REFUSED fail: CODE']);
  });
});

describe('a stream', () => {
  const stream = (over: Partial<InspectedStream> = {}): InspectedStream => ({
    ...{ stream: 'DISPATCH', there: true, differs: [], messages: 3, fill: 0.1, refusesWhenFull: true },
    ...over,
  });
  const looked = (over?: Partial<InspectedStream>) =>
    examineStreams({ streams: () => Promise.resolve([stream(over)]) });

  it('that is as it should be', async () => {
    expect(await found(looked())).toEqual([]);
    expect(await noteOf(looked())).toBe('DISPATCH 3');
  });

  it.each<[string, Partial<InspectedStream>]>([
    ['STREAM_MISSING fail: DISPATCH', { there: false }],
    ['STREAM_DIFFERS warn: DISPATCH in discard, subjects', { differs: ['discard', 'subjects'] }],
    ['STREAM_NEARLY_FULL warn: DISPATCH is 80 % full', { fill: 0.8 }],
    ['STREAM_NEARLY_FULL fail: DISPATCH is 99 % full', { fill: 0.99 }],
    ['STREAM_NEARLY_FULL warn: EVENTS is 99 % full', { stream: 'EVENTS', fill: 0.99, refusesWhenFull: false }],
    ['DEAD_LETTERS warn: 2', { stream: 'DEADLETTERS', messages: 2 }],
  ])('%s', async (line, over) => expect(await found(looked(over))).toEqual([line]));

  it('without dead letters says nothing of them', async () =>
    expect(await found(looked({ stream: 'DEADLETTERS', messages: 0 }))).toEqual([]));
});

describe('a consumer', () => {
  const consumer = (over: Partial<InspectedConsumer> = {}): InspectedConsumer => ({
    ...{ stream: 'DISPATCH', durable: 'gateway-email', there: true, pending: 0, handling: 0, again: 0, pulls: 1 },
    ...over,
  });
  const looked = (...looks: Partial<InspectedConsumer>[]) => {
    const left = [...looks];
    return examineConsumers({
      consumers: () => Promise.resolve([consumer(left.length > 1 ? left.shift() : left[0])]),
      pause: () => Promise.resolve(),
    });
  };

  it('that gets on', async () => {
    expect(await found(looked({ pending: 4_000, handling: 64, pulls: 0 }))).toEqual([]);
    expect(await noteOf(looked())).toBe('1, 0 messages wait');
  });

  it.each<[string, Partial<InspectedConsumer>]>([
    ['CONSUMER_MISSING fail: gateway-email of DISPATCH', { there: false }],
    ['CONSUMER_ABANDONED fail: gateway-email: 7 messages wait', { pending: 7, pulls: 0 }],
    ['CONSUMER_BACKLOG warn: gateway-email: 9000 messages wait, 0 came again', { pending: 9_000, handling: 64 }],
    ['CONSUMER_BACKLOG warn: gateway-email: 0 messages wait, 101 came again', { again: 101, handling: 101 }],
  ])('%s', async (line, over) => expect(await found(looked(over))).toEqual([line]));

  it('between two pulls is not abandoned', async () =>
    expect(await found(looked({ pending: 7, pulls: 0 }, { pending: 7, pulls: 1 }))).toEqual([]));
});
