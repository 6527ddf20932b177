import type { LetterOwner, Viewer } from '@homing/vault/letters';
import { invalidField, ProblemError } from '../problem/problem.error.js';
import type { Caller } from './caller.js';

/** Given by the owner of the installation alone (the database refuses anybody else): sees and ends what belongs to no tenant. */
export const OPERATE = 'installation:operate';

export const isOperator = ({ scopes }: Caller): boolean => scopes.includes(OPERATE);

export const viewerOf = (caller: Caller): Viewer => ({ tenantId: caller.tenantId, operator: isOperator(caller) });

const OWNERS: readonly LetterOwner[] = ['tenant', 'installation'];

/** Whose things are asked for: the tenant's own (default), or those of which no tenant is known. @throws ProblemError */
export function ownerOf(caller: Caller, owner: string | undefined): LetterOwner {
  const found = OWNERS.find((each) => each === (owner ?? 'tenant'));
  if (!found) throw invalidField('owner', 'unknown_owner', `must be one of ${OWNERS.join(', ')}`);
  if (found === 'installation' && !isOperator(caller)) {
    throw new ProblemError('missing_scope', { detail: `this needs a key with the scope ${OPERATE}` });
  }
  return found;
}
