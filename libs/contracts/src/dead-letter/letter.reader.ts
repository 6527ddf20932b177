/** A message as far as it can be read at all: its envelope, and its data (of a bare body, itself). */
export interface ReadableMessage {
  readonly envelope: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Undefined where the bytes are no JSON object. Never throws; nothing in it has been checked. */
export function readMessage(bytes: Uint8Array): ReadableMessage | undefined {
  let body: unknown;
  try {
    body = JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
  if (!isObject(body)) return undefined;
  if (!('specversion' in body)) return { envelope: {}, data: body };
  return { envelope: body, data: isObject(body['data']) ? body['data'] : {} };
}

/** The tenant a message names. Undefined where none is named, where what is named is no tenant, and where two are named. */
export function tenantNamedBy({ envelope, data }: ReadableMessage): string | undefined {
  const named = [envelope['tenantid'], data['tenantId']].filter((value) => value !== undefined && value !== null);
  const ids = new Set(named.map((value) => (typeof value === 'string' ? value.toLowerCase() : '')));
  const [only] = ids;
  return ids.size === 1 && only !== undefined && UUID.test(only) ? only : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
