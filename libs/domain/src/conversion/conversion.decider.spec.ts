import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { OutreachEvent } from '@homing/contracts';
import {
  accepted,
  at,
  DEADLINE,
  committed,
  recorded,
  rejected,
  request,
  requested,
  settled,
  started,
  unknown,
} from '@homing/testing/outreach-story';
import fc from 'fast-check';
import { evolveOutreach } from '../outreach/outreach.evolve.js';
import { emptyOutreach, type OutreachState } from '../outreach/outreach.state.js';
import { outreachView } from '../outreach/outreach.view.js';
import { timetableOf } from '../outreach/timetable.view.js';
import { MOST_CONVERSIONS, recordConversion, type RecordConversion } from './conversion.decider.js';

const NUM_RUNS = process.env['HOMING_TEST_SIZE'] === 'full' ? 100_000 : 10_000;
const sent = [...committed, started(), accepted()];
const { tenantId } = request;
const bought: RecordConversion = {
  ...{
    conversionKey: 'k1',
    tenantId,
    kind: 'purchase',
    value: { micros: 5_000_000, currency: 'EUR' },
    currency: 'EUR',
  },
  ...{ occurredAt: at(60), attribution: 'named', by: 'key:k', now: at(70) },
};
const fold = (events: readonly OutreachEvent[], from: OutreachState = emptyOutreach) =>
  events.reduce(evolveOutreach, from);
const on = (events: readonly OutreachEvent[], over: Partial<RecordConversion> = {}) =>
  recordConversion(fold(events), { ...bought, ...over });
const recordedEvent = (over: Partial<RecordConversion> = {}): OutreachEvent => {
  const decision = on(sent, over);
  if (decision.kind !== 'record') throw new Error(decision.kind);
  return decision.events[0]!;
};

describe('a conversion', () => {
  it('is recorded on its outreach, also of what is settled and of what may have been sent', () => {
    const data = {
      ...{ conversionKey: 'k1', kind: 'purchase', value: { micros: 5_000_000, currency: 'EUR' } },
      ...{ occurredAt: at(60), attribution: 'named', by: 'key:k', at: at(70) },
    };
    const events = [{ type: 'ConversionReported', data }];
    expect(on(sent)).toEqual({ kind: 'record', events });
    expect(on([...sent, recorded('delivered'), settled('delivered', 40)])).toEqual({ kind: 'record', events });
    expect(on([...committed, started(), unknown()])).toEqual({ kind: 'record', events });
  });

  it('counts once under its id; the same id with other content is refused', () => {
    const events = [...sent, recordedEvent()];
    expect(on(events)).toEqual({ kind: 'stands' });
    expect(on(events, { occurredAt: '2026-05-01T12:01:00.000+02:00', now: at(900) })).toEqual({ kind: 'stands' });
    const other = { kind: 'refused', reason: 'different_content' };
    expect(on(events, { kind: 'trial' })).toEqual(other);
    expect(on(events, { value: { micros: 1, currency: 'EUR' } })).toEqual(other);
    expect(on(events, { value: undefined })).toEqual(other);
    expect(on(events, { conversionKey: 'k2' })).toMatchObject({ kind: 'record' });
  });

  it.each<[string, readonly OutreachEvent[], Partial<RecordConversion>, string]>([
    ['of nothing', [], {}, 'unknown_outreach'],
    ['of another tenant’s', sent, { tenantId: 'another' }, 'unknown_outreach'],
    ['of what nobody decided', [requested], {}, 'not_sent'],
    ['of what surely was not sent', [...committed, started(), rejected('permanent')], {}, 'not_sent'],
    ['before its message', [...committed, started(1, 61), accepted()], {}, 'before_sent'],
    ['after now', sent, { occurredAt: at(371) }, 'in_the_future'],
    ['of no time', sent, { occurredAt: 'yesterday' }, 'in_the_future'],
    ['in another currency', sent, { currency: 'USD' }, 'other_currency'],
    ['worth less than nothing', sent, { value: { micros: -1, currency: 'EUR' } }, 'negative_value'],
    ['worth a fraction', sent, { value: { micros: 0.5, currency: 'EUR' } }, 'negative_value'],
  ])('%s is refused', (_what, events, over, reason) => {
    expect(on(events, over)).toEqual({ kind: 'refused', reason });
  });

  it('needs no value, and any currency will do where there is no campaign', () => {
    expect(on(sent, { value: undefined, currency: 'USD' })).toMatchObject({ kind: 'record' });
    expect(on(sent, { currency: undefined, value: { micros: 1, currency: 'USD' } })).toMatchObject({ kind: 'record' });
  });

  it('is refused where there are as many as one may have', () => {
    const many = Array.from({ length: MOST_CONVERSIONS }, (_, n) => recordedEvent({ conversionKey: `k${n}` }));
    expect(on([...sent, ...many], { conversionKey: 'more' })).toEqual({ kind: 'refused', reason: 'too_many' });
    expect(on([...sent, ...many], { conversionKey: 'k7' })).toEqual({ kind: 'stands' });
  });
});

const report = fc.record({
  conversionKey: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
  kind: fc.constantFrom('purchase', 'trial'),
  value: fc.option(fc.record({ micros: fc.integer({ min: -2, max: 5 }), currency: fc.constantFrom('EUR', 'USD') }), {
    nil: undefined,
  }),
  second: fc.integer({ min: -5, max: 400 }),
});
const begun = fc.constantFrom<readonly OutreachEvent[]>(sent, [...committed, started(1, 20), unknown()], committed, []);

describe('any reports in any order', () => {
  it('leave one conversion for each id, all of them lawful, and change nothing of what was sent', () => {
    fc.assert(
      fc.property(begun, fc.array(report, { maxLength: 8 }), (history, reports) => {
        const before = fold(history);
        let state = before;
        const keys: string[] = [];
        for (const { second, ...each } of reports) {
          const command = { ...bought, ...each, occurredAt: at(second) };
          const decision = recordConversion(state, command);
          if (decision.kind !== 'record') continue;
          state = fold(decision.events, state);
          keys.push(each.conversionKey);
          // The same once more stands, whatever came between.
          if (recordConversion(state, { ...command, now: at(999) }).kind !== 'stands') return false;
        }
        if (state.status === 'none' || before.status === 'none') return state === before;
        const { conversions = [], ...rest } = state;
        const first = Date.parse(before.deliveries[0]?.attempts[0]?.startedAt ?? DEADLINE);
        const lawful = conversions.every(
          ({ occurredAt, value: { micros, currency } = { micros: 0, currency: 'EUR' } }) =>
            Date.parse(occurredAt) >= first && micros >= 0 && currency === 'EUR',
        );
        const once =
          new Set(keys).size === keys.length &&
          isDeepStrictEqual(
            conversions.map(({ key }) => key),
            keys,
          );
        const untouched = [outreachView, timetableOf].every((view) => isDeepStrictEqual(view(state), view(before)));
        return lawful && once && untouched && isDeepStrictEqual(rest, before);
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
