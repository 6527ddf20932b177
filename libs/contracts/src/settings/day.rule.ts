import { ValidateBy, type ValidationArguments } from 'class-validator';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** A day of the calendar such as `2026-05-01`; 30 February is none. */
export const isDay = (value: unknown): value is string => {
  if (typeof value !== 'string' || !DAY.test(value)) return false;
  const at = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value);
};

export const IsDay = (): PropertyDecorator =>
  ValidateBy({
    name: 'isDay',
    validator: { validate: isDay, defaultMessage: () => '$property must be a day such as 2026-05-01' },
  });

/** Refuses a day before that of another field. What is no day is the fault of its own field. */
export const NotBefore = (first: string): PropertyDecorator =>
  ValidateBy({
    name: 'notBefore',
    constraints: [first],
    validator: {
      validate: (value: unknown, { object }: ValidationArguments = {} as ValidationArguments) => {
        const from = (object as Readonly<Record<string, unknown>>)[first];
        return !isDay(value) || !isDay(from) || value >= from;
      },
      defaultMessage: () => '$property must not be before $constraint1',
    },
  });
