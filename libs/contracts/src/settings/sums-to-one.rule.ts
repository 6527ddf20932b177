import { ValidateBy, type ValidationArguments } from 'class-validator';

/** How far shares may be from 1 together. */
export const SUM_TOLERANCE = 1e-9;

const sumOf = (value: unknown): number | undefined => {
  const shares: unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [];
  const numbers = shares.filter((share) => typeof share === 'number');
  return numbers.length === shares.length ? numbers.reduce((sum, share) => sum + share, 0) : undefined;
};

/** Refuses shares that are not 1 together. What is no number is the fault of its own field. */
export const SumsToOne = (): PropertyDecorator =>
  ValidateBy({
    name: 'sumsToOne',
    validator: {
      validate: (value: unknown) => Math.abs((sumOf(value) ?? 1) - 1) <= SUM_TOLERANCE,
      defaultMessage: ({ value }: ValidationArguments = {} as ValidationArguments) =>
        `$property must sum to 1, not ${Number((sumOf(value) ?? 0).toFixed(9))}`,
    },
  });
