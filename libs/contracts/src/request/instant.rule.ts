import { ValidateBy, type ValidationOptions } from 'class-validator';

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** An instant with its offset, such as `2026-05-01T10:00:00Z`, that really exists. */
export const isInstant = (value: unknown): boolean =>
  typeof value === 'string' && FORM.test(value) && Number.isFinite(Date.parse(value));

/** Refuses what is not `isInstant`. */
export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: isInstant,
        defaultMessage: () => '$property must be an instant with its offset, such as 2026-05-01T10:00:00Z',
      },
    },
    options,
  );
