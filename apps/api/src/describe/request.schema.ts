import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import { OutreachRequestDto } from '@homing/contracts';

type Schema = Record<string, unknown>;
type Dto = new () => object;
interface Rule {
  readonly name?: string | undefined;
  readonly type: string;
  readonly constraints?: unknown[] | undefined;
  readonly each?: boolean | undefined;
}

/** What each rule of class-validator means in JSON Schema. A rule that is missing here is an error, never a silent gap. */
const MEANING: Readonly<Record<string, (constraints: readonly unknown[]) => Schema>> = {
  isString: () => ({ type: 'string' }),
  isLength: ([min, max]) => ({ minLength: min, maxLength: max }),
  maxLength: ([max]) => ({ maxLength: max }),
  matches: ([pattern]) => ({ type: 'string', pattern: (pattern as RegExp).source }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isInstant: () => ({ type: 'string', format: 'date-time' }),
  isDay: () => ({ type: 'string', format: 'date' }),
  notBefore: () => ({}),
  isTimeZone: () => ({ type: 'string', description: 'IANA time zone' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  min: ([min]) => ({ minimum: min }),
  max: ([max]) => ({ maximum: max }),
  isObject: () => ({ type: 'object' }),
  isIn: ([words]) => ({
    type: typeof (words as unknown[])[0] === 'number' ? 'integer' : 'string',
    enum: [...(words as unknown[])],
  }),
};
const OF_THE_LIST: Readonly<Record<string, (constraints: readonly unknown[]) => Schema>> = {
  isArray: () => ({ type: 'array' }),
  arrayMinSize: ([min]) => ({ minItems: min }),
  arrayMaxSize: ([max]) => ({ maxItems: max }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/**
 * The JSON Schema of the request body, read from the very rules that check it: it cannot go stale.
 * @throws Error for a rule this reader does not know
 */
export const requestSchema = (): Schema => schemaOf(OutreachRequestDto);

export function schemaOf(dto: Dto): Schema {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false) as (Rule & {
    propertyName: string;
  })[];
  const names = [...new Set(rules.map((rule) => rule.propertyName))];
  const own = (name: string): Rule[] => rules.filter((rule) => rule.propertyName === name);
  const optional = (name: string): boolean => own(name).some((rule) => rule.type === 'conditionalValidation');
  const required = names.filter((name) => !optional(name));
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, propertySchema(dto, name, own(name))])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function propertySchema(dto: Dto, name: string, rules: readonly Rule[]): Schema {
  const checks = rules.filter((rule) => rule.type === 'customValidation');
  const isNested = rules.some((rule) => rule.type === 'nestedValidation');
  const isList = checks.some((rule) => rule.name === 'isArray');
  if (!isList) return isNested ? schemaOf(nestedDto(dto, name, {})) : merged(checks, MEANING);
  const items = isNested
    ? schemaOf(nestedDto(dto, name, [{}]))
    : merged(
        checks.filter((rule) => rule.each),
        MEANING,
      );
  const list = {
    ...merged(
      checks.filter((rule) => !rule.each),
      OF_THE_LIST,
    ),
    items,
  };
  return takesOneAsList(dto, name) ? { oneOf: [items, list] } : list;
}

function merged(rules: readonly Rule[], meaning: typeof MEANING): Schema {
  return Object.assign(
    {},
    ...rules.map(({ name = '', constraints = [] }) => {
      const read = meaning[name];
      if (!read) throw new Error(`no JSON Schema is known for the rule ${name}`);
      return read(constraints);
    }),
  ) as Schema;
}

/** class-transformer is asked what it would make, so that the answer is what it will make. */
function nestedDto(dto: Dto, name: string, plain: object | object[]): Dto {
  const made = (plainToInstance(dto, { [name]: plain }) as Record<string, unknown>)[name];
  const nested = Array.isArray(made) ? (made[0] as object) : (made as object);
  return nested.constructor as Dto;
}

const takesOneAsList = (dto: Dto, name: string): boolean =>
  Array.isArray((plainToInstance(dto, { [name]: 'one' }) as Record<string, unknown>)[name]);
