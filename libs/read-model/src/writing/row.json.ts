/**
 * Rows as the JSON parameter of one set-wise statement, keys in snake_case and bigint as decimal text. Text that Postgres
 * cannot hold (U+0000, half a surrogate pair: a provider may send either) is mended, so that no event can stop the projection.
 */
export function toJsonParameter<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
): string {
  const names = columns.map((column) => [column, `"${snakeCase(column)}":`] as const);
  const texts = rows.map((row) => `{${names.map(([column, name]) => name + jsonOf(row[column])).join(',')}}`);
  const json = `[${texts.join(',')}]`;
  return UNSTORABLE.test(json) ? JSON.stringify(JSON.parse(json, mended)) : json;
}

/** Value by value: a replacer would be asked about everything inside an event, too. */
function jsonOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return typeof value === 'bigint' ? `"${value}"` : JSON.stringify(value);
}

export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** JSON.stringify escapes exactly these two kinds; a match may be a false alarm, which costs time only. */
const UNSTORABLE = /\\u(0000|d[89a-f])/;

function mended(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'string') return mendText(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [mendText(key), inner]));
}

const mendText = (text: string): string => Buffer.from(text.replaceAll('\u0000', '')).toString();
