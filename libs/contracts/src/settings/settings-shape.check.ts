import { printable, type FieldFault } from '../request/field-fault.js';
import { isTooDeep, MAX_DEPTH } from '../request/json-shape.js';

/** Names every object has from the language: they could be meant as its own, and are read as both. */
const INHERITED: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** What no store can keep as JSON, or no reader tells apart, wherever it stands: the first of it by its path. */
export function shapeFaults(settings: Readonly<Record<string, unknown>>): FieldFault[] {
  for (const [name, part] of Object.entries(settings)) {
    if (isTooDeep(part)) {
      const message = `is nested deeper than ${MAX_DEPTH} levels`;
      return [{ field: printable(name), code: 'too_deep', message }];
    }
    const fault = faultWithin(name, name, part);
    if (fault) return [{ ...fault, field: printable(fault.field) }];
  }
  return [];
}

/** The depth is bounded by now. */
function faultWithin(path: string, name: string, value: unknown): FieldFault | undefined {
  if (INHERITED.has(name)) return { field: path, code: 'reserved_name', message: 'is a name that cannot be used' };
  if (!isText(name) || (typeof value === 'string' && !isText(value)))
    return { field: path, code: 'ill_formed_text', message: 'holds text that no store can keep' };
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = Array.isArray(value);
  for (const [key, part] of Object.entries(value)) {
    const at = isList ? `${path}[${key}]` : `${path}.${key}`;
    if (isList && Array.isArray(part)) return { field: at, code: 'list_in_list', message: 'must not be a list' };
    const fault = faultWithin(at, key, part);
    if (fault) return fault;
  }
  return undefined;
}

const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');
