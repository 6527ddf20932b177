import { MOST_WEBHOOK_KEYS, WEBHOOK_NAME, WEBHOOK_PROVIDERS, type WebhookKeyUse } from '@homing/contracts';
import { invalidField } from '../problem/problem.error.js';

/** A key as it was given; without `key` the one kept under that name goes on. */
export interface GivenWebhookKey {
  readonly id: string;
  readonly key?: string;
  readonly notAfter?: string;
  /** Only with `key`: one that goes on keeps its use. */
  readonly use?: WebhookKeyUse;
}

/** @throws ProblemError */
export function readPlace(provider: string, account: string): { readonly provider: string; readonly account: string } {
  if (!WEBHOOK_PROVIDERS.some((known) => known === provider))
    throw invalidField('provider', 'isIn', `must be one of ${WEBHOOK_PROVIDERS.join(', ')}`);
  if (!WEBHOOK_NAME.test(account))
    throw invalidField('account', 'matches', 'must be lower-case letters, digits, - and _, at most 63 characters');
  return { provider, account };
}

/** Body of `PUT /webhook-accounts/{provider}/{account}`. @throws ProblemError; it names fields and repeats no value */
export function readKeys(body: unknown, provider: string): GivenWebhookKey[] {
  const { keys, ...others } = (isRecord(body) ? body : {}) as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidField('', 'unknown_field', 'a body holds keys and nothing else');
  if (!Array.isArray(keys) || keys.length > MOST_WEBHOOK_KEYS)
    throw invalidField('keys', 'isArray', `must be a list of at most ${MOST_WEBHOOK_KEYS} keys`);
  const read = keys.map((each, index) => readKey(each, `keys[${index}]`));
  if (new Set(read.map(({ id }) => id)).size < read.length)
    throw invalidField('keys', 'unique', 'must have names of their own');
  if (provider !== ASKS_FOR_A_WORD && read.some(({ use }) => use === 'challenge'))
    throw invalidField('keys', 'use', `only ${ASKS_FOR_A_WORD} is given a word with the address`);
  return read;
}

/** The one provider that is given a word with the address and says it back. */
const ASKS_FOR_A_WORD = 'meta';

function readKey(value: unknown, field: string): GivenWebhookKey {
  if (!isRecord(value)) throw invalidField(field, 'isObject', 'must be an object');
  const { id, key, notAfter, use, ...others } = value;
  if (Object.keys(others).length > 0) throw invalidField(field, 'unknown_field', 'holds id, key, notAfter and use');
  if (typeof id !== 'string' || !WEBHOOK_NAME.test(id))
    throw invalidField(`${field}.id`, 'matches', 'must be lower-case letters, digits, - and _, at most 63 characters');
  if (key !== undefined && (typeof key !== 'string' || !KEY.test(key)))
    throw invalidField(`${field}.key`, 'matches', 'must be 16 to 4096 visible characters, as the provider shows it');
  if (
    notAfter !== undefined &&
    (typeof notAfter !== 'string' || !INSTANT.test(notAfter) || Number.isNaN(Date.parse(notAfter)))
  )
    throw invalidField(`${field}.notAfter`, 'isInstant', 'must be an ISO 8601 instant in UTC');
  if (use !== undefined && (use !== 'challenge' || key === undefined))
    throw invalidField(
      `${field}.use`,
      'isIn',
      'may be challenge, of a key that is given; one that goes on keeps its use',
    );
  return {
    id,
    ...(use === undefined ? {} : { use }),
    ...(key === undefined ? {} : { key }),
    ...(notAfter === undefined ? {} : { notAfter: new Date(notAfter).toISOString() }),
  };
}

const KEY = /^[\x21-\x7e]{16,4096}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z$/;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
