import { ANSWER_SCHEMAS } from './answer.schemas.js';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly nullable?: boolean;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** Where a real answer differs from what the document promises; fields it does not name count, too. */
export const faultsAgainst = (name: string, value: unknown): string[] =>
  faults(resolved({ $ref: `#/${name}` }), value, name);

function resolved(schema: Schema): Schema {
  if (schema.$ref) return ANSWER_SCHEMAS[schema.$ref.split('/').at(-1) ?? ''] as Schema;
  return schema.allOf?.[0] ? { ...resolved(schema.allOf[0]), ...(schema.nullable ? { nullable: true } : {}) } : schema;
}

function faults(given: Schema, value: unknown, at: string): string[] {
  const schema = resolved(given);
  if (value === null) return schema.nullable ? [] : [`${at} is null`];
  if (schema.oneOf) {
    const fitting = schema.oneOf.filter((option) => faults(option, value, at).length === 0);
    return fitting.length === 1 ? [] : [`${at} is ${fitting.length} of its kinds, not one`];
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is none of its words`];
  switch (schema.type) {
    case 'object':
      return objectFaults(schema, value, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at} is no list`];
      return value.flatMap((item, i) => faults(schema.items ?? {}, item, `${at}[${i}]`));
    case 'integer':
      return Number.isInteger(value) ? [] : [`${at} is no whole number`];
    case 'number':
    case 'boolean':
      return typeof value === schema.type ? [] : [`${at} is no ${schema.type}`];
    case 'string':
      return textFaults(schema, value, at);
    default:
      return [`${at} has a schema without a type`];
  }
}

function objectFaults({ properties, required = [] }: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is no object`];
  const fields = value as Record<string, unknown>;
  if (!properties) return [];
  return [
    ...required.filter((name) => !(name in fields)).map((name) => `${at}.${name} is missing`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const schema = properties[name];
      return schema ? faults(schema, field, `${at}.${name}`) : [`${at}.${name} is not in the document`];
    }),
  ];
}

function textFaults({ format, pattern }: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'string') return [`${at} is no text`];
  if (format === 'date-time' && !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return [`${at} is no instant`];
  return pattern && !new RegExp(pattern).test(value) ? [`${at} does not match`] : [];
}
