import { describe, expect, it } from '@jest/globals';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import fc from 'fast-check';
import { escapeTrailer, streamDeleted, wrongVersion } from './call.error.js';
import { readFilter } from './event.filter.js';
import { readUuid, writeUuid } from './uuid.codec.js';

describe('UUIDs', () => {
  it('come back from both forms as lower-case text', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(readUuid(writeUuid(id, 'structured'))).toBe(id.toLowerCase());
        expect(readUuid(writeUuid(id.toUpperCase()))).toBe(id.toLowerCase());
      }),
    );
  });

  it('travel in halves that are signed', () => {
    const structured = writeUuid('ffffffff-ffff-ffff-8000-000000000001', 'structured').getStructured();
    expect(structured?.getMostSignificantBits()).toBe('-1');
    expect(structured?.getLeastSignificantBits()).toBe('-9223372036854775807');
  });

  it('that are none are refused', () => {
    expect(readUuid(new sharedPb.UUID().setString('not-a-uuid'))).toBeUndefined();
    expect(readUuid(undefined)).toBeUndefined();
  });
});

describe('trailers', () => {
  it('carry any stream name as visible ASCII that can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const escaped = escapeTrailer(name);
        expect(escaped).toMatch(/^[ -~]*$/);
        expect(decodeURIComponent(escaped.replace(/%(?![0-9A-F]{2})/g, '%25'))).toBe(name.toWellFormed());
      }),
    );
    expect(streamDeleted('größe-日').metadata.get('stream-name')).toEqual(['gr%C3%B6%C3%9Fe-%E6%97%A5']);
  });

  it('leave out the actual version of a stream that is not there', () => {
    expect(wrongVersion('s', 'any', undefined).metadata.getMap()).not.toHaveProperty('actual-version');
    expect(wrongVersion('s', 3n, 7n).metadata.getMap()).toMatchObject({
      'expected-version': '3',
      'actual-version': '7',
    });
  });
});

describe('a filter', () => {
  const { FilterOptions } = streamsPb.ReadReq.Options;
  const event = { stream: 'order-1', type: 'Placed' };

  it('matches by prefix or regular expression, on the type or on the stream', () => {
    const expression = () => new FilterOptions.Expression();
    const on = (options: InstanceType<typeof FilterOptions>) => readFilter(options)?.matches(event);
    expect(on(new FilterOptions().setEventType(expression().setPrefixList(['x', 'Pla'])))).toBe(true);
    expect(on(new FilterOptions().setEventType(expression().setPrefixList(['order'])))).toBe(false);
    expect(on(new FilterOptions().setStreamIdentifier(expression().setRegex('^order-\\d$')))).toBe(true);
    expect(on(new FilterOptions().setEventType(expression().setRegex('^[^P].*')))).toBe(false);
  });

  it('counts a checkpoint interval in search windows, 32 events unless said otherwise', () => {
    const options = () => new FilterOptions().setEventType(new FilterOptions.Expression().setRegex('x'));
    expect(readFilter(options().setCheckpointintervalmultiplier(2))?.checkpointEvery).toBe(64);
    expect(readFilter(options().setMax(5).setCheckpointintervalmultiplier(3))?.checkpointEvery).toBe(15);
  });

  it('that cannot be understood is refused', () => {
    const broken = new FilterOptions().setEventType(new FilterOptions.Expression().setRegex('('));
    expect(() => readFilter(broken)).toThrow('regular expression');
    expect(() => readFilter(new FilterOptions())).toThrow('prefixes');
  });
});
