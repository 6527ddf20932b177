import type { FieldFault } from '@homing/contracts';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from '../security/caller.js';
import type { ConsentRegister, KeptWord } from './consent.register.js';

/** Words in one call. */
export const IMPORT_LIMIT = 1_000;
/** Of one call, under way at a time. */
const AT_ONCE = 100;

/** What became of one word; of one that is refused why, and nothing of it is kept. */
export type ImportedWord = { readonly index: number } & (
  | KeptWord
  | { readonly status: 'refused'; readonly errors: readonly FieldFault[] }
  /** Nobody knows whether the bus holds it: send it again, under the same key. */
  | { readonly status: 'failed' }
);

/**
 * Keeps many words, each on its own: one that cannot be read holds up no other. Each is `granted` or `withdrawn` (`kind`).
 * @throws ProblemError where the body is no list of at most `IMPORT_LIMIT`
 */
export async function importConsents(
  register: Pick<ConsentRegister, 'grant' | 'withdraw'>,
  caller: Caller,
  body: unknown,
): Promise<{ readonly items: readonly ImportedWord[] }> {
  const words = itemsOf(body);
  const items: ImportedWord[] = [];
  for (let from = 0; from < words.length; from += AT_ONCE) {
    const part = words.slice(from, from + AT_ONCE);
    items.push(...(await Promise.all(part.map((word, i) => keepOne(register, { caller, word, index: from + i })))));
  }
  return { items };
}

async function keepOne(
  register: Pick<ConsentRegister, 'grant' | 'withdraw'>,
  { caller, word, index }: { caller: Caller; word: unknown; index: number },
): Promise<ImportedWord> {
  try {
    const { kind, ...said } = (typeof word === 'object' && word !== null ? word : {}) as Record<string, unknown>;
    switch (kind) {
      case 'granted':
        return { index, ...(await register.grant(caller, said)) };
      case 'withdrawn':
        return { index, ...(await register.withdraw(caller, said)) };
      default:
        throw invalidField('kind', 'isIn', 'must be one of granted, withdrawn');
    }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.code === 'invalid_fields') return { index, status: 'refused', errors: error.details.errors ?? [] };
    return { index, status: 'failed' };
  }
}

function itemsOf(body: unknown): readonly unknown[] {
  const { items, ...others } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const message = `must be a list of 1 to ${IMPORT_LIMIT} words`;
  if (!Array.isArray(items) || items.length === 0 || items.length > IMPORT_LIMIT || Object.keys(others).length > 0)
    throw invalidField('items', 'malformed', message);
  return items;
}
