/** Where the live tables stand. A rebuild makes its own beside it. */
export const LIVE_SCHEMA = 'read_model';

/** Schema names reach SQL as identifiers: lower case letters, digits and `_` only. @throws TypeError for anything else */
export function checkedSchema(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) throw new TypeError('a schema name is lower case letters, digits and _');
  return schema;
}
