import { expect, it } from '@jest/globals';
import fc from 'fast-check';

const asked = process.env['PROPERTY_SEED'] ?? (process.env['HOMING_TEST_SIZE'] === 'full' ? 'random' : 'standing');
const drawn = (): string => JSON.stringify(fc.sample(fc.integer(), 50));

it('draws the same cases each time, and others each time where new ones are asked for', () => {
  expect(drawn() === drawn()).toBe(asked !== 'random');
});
