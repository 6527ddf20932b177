/** Parts of JSON schemas, as answers are described with them. */
export type Schema = Record<string, unknown>;

export const text = { type: 'string' };
export const flag = { type: 'boolean' };
export const whole = { type: 'integer' };
export const instant = { type: 'string', format: 'date-time' };
export const uuid = { type: 'string', format: 'uuid' };
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const record = (properties: Record<string, Schema>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
export const partial = (properties: Record<string, Schema>, required: readonly string[]): Schema =>
  record(
    properties,
    Object.keys(properties).filter((name) => !required.includes(name)),
  );
