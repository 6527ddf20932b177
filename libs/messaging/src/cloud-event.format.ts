import type { CloudEvent } from '@homing/contracts';
import type { FieldFault } from './poison.error.js';

export type CloudEventFields<T> = Omit<CloudEvent<T>, 'specversion' | 'datacontenttype'> & {
  readonly datacontenttype?: string;
};

/** A CloudEvent 1.0 for the bus. With data, `datacontenttype` is `application/json`. */
export function cloudEvent<T>(fields: CloudEventFields<T>): CloudEvent<T> {
  const { data, datacontenttype = 'application/json', ...rest } = fields;
  return { specversion: '1.0', ...rest, ...(data === undefined ? {} : { datacontenttype, data }) };
}

/** Structured JSON, UTF-8. */
export function encodeCloudEvent(event: CloudEvent): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(event));
}

export interface ParseOptions {
  /**
   * Accepts a JSON object without `specversion` as the data of an event of this type and source. Its id is the body's
   * `requestId`, else the one given here.
   */
  readonly allowBareBody?: { readonly type: string; readonly source: string; readonly id: string };
}

export type ParsedCloudEvent =
  | {
      readonly kind: 'event';
      readonly form: 'structured' | 'bare';
      readonly event: CloudEvent;
      readonly ignored: readonly string[];
    }
  | { readonly kind: 'faulty'; readonly faults: readonly FieldFault[] };

const required = ['id', 'source', 'type'] as const;
const optionalTexts = [
  'time',
  'subject',
  'datacontenttype',
  'dataschema',
  'dataref',
  'tenantid',
  'traceparent',
] as const;
const known: ReadonlySet<string> = new Set(['specversion', 'data', ...required, ...optionalTexts]);

/**
 * Reads a message as a CloudEvent. Never throws: what is wrong comes back field by field. Unknown attributes are left out and named in
 * `ignored`; a `traceparent` that is none is left out as well, since no message is refused for its trace.
 */
export function parseCloudEvent(bytes: Uint8Array, options: ParseOptions = {}): ParsedCloudEvent {
  const body = parseObject(bytes);
  if (typeof body === 'string') return { kind: 'faulty', faults: [{ path: '', code: body }] };
  if (!('specversion' in body) && options.allowBareBody) return bareEvent(body, options.allowBareBody);
  const faults = [...attributeFaults(body)];
  if (faults.length > 0) return { kind: 'faulty', faults };
  const event = Object.fromEntries(Object.entries(body).filter(([name, value]) => known.has(name) && value !== null));
  const ignored = Object.keys(body).filter((name) => !known.has(name));
  if (typeof event['traceparent'] === 'string' && !isTraceparent(event['traceparent'])) {
    delete event['traceparent'];
    ignored.push('traceparent');
  }
  return { kind: 'event', form: 'structured', event: event as unknown as CloudEvent, ignored };
}

type Body = Readonly<Record<string, unknown>>;

function bareEvent(data: Body, { type, source, id }: NonNullable<ParseOptions['allowBareBody']>): ParsedCloudEvent {
  const requestId = data['requestId'];
  const given = typeof requestId === 'string' && requestId !== '' ? requestId : id;
  return { kind: 'event', form: 'bare', event: cloudEvent({ id: given, type, source, data }), ignored: [] };
}

function* attributeFaults(body: Body): Iterable<FieldFault> {
  if (body['specversion'] !== '1.0')
    yield { path: 'specversion', code: body['specversion'] === undefined ? 'required' : 'unsupported' };
  for (const path of required) {
    const value = body[path];
    if (value === undefined || value === null || value === '') yield { path, code: 'required' };
    else if (typeof value !== 'string') yield { path, code: 'not_a_string' };
  }
  for (const path of optionalTexts) {
    const value = body[path];
    if (value !== undefined && value !== null && typeof value !== 'string') yield { path, code: 'not_a_string' };
  }
  const { time, datacontenttype: media } = body;
  if (typeof time === 'string' && !isInstant(time)) yield { path: 'time', code: 'not_an_instant' };
  if (typeof media === 'string' && !/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(media))
    yield { path: 'datacontenttype', code: 'not_json' };
  if ('data_base64' in body) yield { path: 'data_base64', code: 'unsupported' };
}

const isInstant = (text: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text));
const isTraceparent = (text: string) => /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text);
const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseObject(bytes: Uint8Array): Body | 'not_utf8' | 'not_json' | 'not_an_object' {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return 'not_utf8';
  }
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Body) : 'not_an_object';
  } catch {
    return 'not_json';
  }
}
