import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inStartOrder } from './stack.nodes.js';
import type { StackNode } from './stack.nodes.js';

const task = (name: string, ...after: string[]): StackNode => ({
  kind: 'task',
  name,
  after,
  run: async () => undefined,
});

describe('inStartOrder', () => {
  it('puts every node behind all it waits for, whatever the order they are given in', () => {
    const graph = fc.integer({ min: 1, max: 12 }).chain((size) =>
      fc.tuple(
        fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 4 }), { minLength: size, maxLength: size }),
        fc.shuffledSubarray(
          Array.from({ length: size }, (_, index) => index),
          { minLength: size, maxLength: size },
        ),
      ),
    );
    fc.assert(
      fc.property(graph, ([edges, order]) => {
        const nodes = edges.map((targets, index) =>
          task(`n${index}`, ...targets.filter((to) => to < index).map((to) => `n${to}`)),
        );
        const sorted = inStartOrder(order.map((index) => nodes[index] as StackNode)).map((node) => node.name);
        expect([...sorted].sort()).toEqual(nodes.map((node) => node.name).sort());
        for (const node of nodes)
          for (const before of node.after) expect(sorted.indexOf(before)).toBeLessThan(sorted.indexOf(node.name));
      }),
    );
  });

  it('names a circle and a stranger', () => {
    expect(() => inStartOrder([task('a', 'b'), task('b', 'a')])).toThrow('a -> b -> a');
    expect(() => inStartOrder([task('a', 'elsewhere')])).toThrow('a waits for elsewhere');
  });
});
