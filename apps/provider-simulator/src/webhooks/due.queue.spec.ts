import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueQueue } from './due.queue.js';

it('gives out what is due, earliest first, and never what is not', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(50), fc.integer({ min: 1, max: 20 }), (dues, now, most) => {
      const queue = new DueQueue<[number, number]>();
      dues.forEach((due, order) => queue.add(due, [due, order]));
      const sorted = dues.map((due, order): [number, number] => [due, order]).toSorted((a, b) => a[0] - b[0]);
      const due = sorted.filter(([at]) => at <= now).slice(0, most);
      expect(queue.take(now, most)).toEqual(due);
      expect(queue.size).toBe(dues.length - due.length);
      expect(queue.next).toBe(sorted[due.length]?.[0]);
    }),
  );
});
