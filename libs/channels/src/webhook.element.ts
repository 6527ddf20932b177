import { createHash } from 'node:crypto';
import { readRecord, type Json } from './json.reading.js';
import type { ParsedFact, ParsedInbound, ParseFault } from './webhook.parser.js';

/** One thing a webhook tells, where one body holds many of several kinds; nothing for what is ours to ignore. */
export type Telling =
  | { readonly kind: 'fact'; readonly fact: Omit<ParsedFact, 'payloadDigest'> }
  | { readonly kind: 'inbound'; readonly inbound: Omit<ParsedInbound, 'payloadDigest'> }
  | { readonly kind: 'fault'; readonly code: string };

export interface Tellings {
  readonly facts: ParsedFact[];
  readonly inbound: ParsedInbound[];
  readonly faults: ParseFault[];
}

/** Gathers what a body's elements tell; a digest is of an element as JSON writes it, so that it is the same in any batch and any escaping. */
export class TellingCollector {
  readonly told: Tellings = { facts: [], inbound: [], faults: [] };
  #index = 0;

  add(element: unknown, tellings: readonly Telling[]): void {
    const index = this.#index++;
    if (tellings.length === 0) return;
    const raw = JSON.stringify(element) ?? '';
    const payloadDigest = digestOf(raw);
    for (const telling of tellings) {
      if (telling.kind === 'fact') this.told.facts.push({ ...telling.fact, payloadDigest });
      else if (telling.kind === 'inbound') this.told.inbound.push({ ...telling.inbound, payloadDigest });
      else this.told.faults.push({ index, code: telling.code, raw });
    }
  }
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const fault = (code: string): Telling => ({ kind: 'fault', code });

/** A body as a JSON object, or the fault of the whole. */
export function bodyObject(
  rawBody: Uint8Array,
): { readonly kind: 'object'; readonly body: Json } | { readonly kind: 'fault'; readonly fault: ParseFault } {
  const text = Buffer.from(rawBody).toString('utf8');
  const body = readRecord(text);
  if (body) return { kind: 'object', body };
  return { kind: 'fault', fault: { index: -1, code: 'not_a_json_object', raw: text } };
}

/** Unix seconds (10 digits) or milliseconds (13 digits), as a number or as text, as an instant; between 2001 and 2100. */
export function instantOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[1-9]\d{9}(\d{3})?$/.test(text)) return undefined;
  const ms = Number(text) * (text.length === 10 ? 1000 : 1);
  return ms < 4.1e12 ? new Date(ms).toISOString() : undefined;
}

/** A provider's own name of an event, fit to be kept. */
export const eventName = (name: unknown): string =>
  typeof name === 'string' && /^[a-z][a-z0-9_]{0,39}$/.test(name) ? name : 'unnamed';
