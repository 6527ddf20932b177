import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { LetterOwner, Viewer } from './letters.types.js';

/** Which rows are meant, said once more beside row-level security: it is part of the question. */
export const ownedBy = (viewer: Viewer, owner: LetterOwner): RawBuilder<unknown> =>
  owner === 'tenant' ? sql`tenant_id = ${viewer.tenantId}` : sql`(${viewer.operator}::boolean and tenant_id is null)`;
