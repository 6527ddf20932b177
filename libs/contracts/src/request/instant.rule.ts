import { ValidateBy, type ValidationOptions } from 'class-validator';

const FORM = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** An instant with its offset, such as `2026-05-01T10:00:00Z`, that really exists. */
export function isInstant(value: unknown): boolean {
  const parts = typeof value === 'string' ? FORM.exec(value) : null;
  if (!parts || typeof value !== 'string' || !Number.isFinite(Date.parse(value))) return false;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  // Date.parse reads 30 February as 2 March; the ends of the range would not have four digits once an offset is added.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1970 && year <= 9998;
}

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
