import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SseParser } from './sse.parser.js';

const stream =
  'retry: 2000\n\nid: 7\ndata: {"a":1}\n\n: still here\n\nid: 9\r\ndata: one\r\ndata: two\r\n\r\ndata:no id of its own\n\nid: 12\ndata: cut off';
const events = [
  { id: '7', data: '{"a":1}' },
  { id: '9', data: 'one\ntwo' },
  { id: '9', data: 'no id of its own' },
];

describe('SseParser', () => {
  it('reads the same however the text is cut, and never gives an event that is not complete', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const parser = new SseParser();
        const places = [0, ...[...new Set(cuts)].sort((a, b) => a - b), stream.length];
        const read = places.flatMap((place, i) => parser.feed(stream.slice(place, places[i + 1] ?? stream.length)));
        expect(read).toEqual(events);
      }),
    );
  });
});
