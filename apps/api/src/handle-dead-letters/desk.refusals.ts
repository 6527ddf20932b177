import type { DeadLetterResolution, DeskAnswer } from '@homing/contracts';
import { ProblemError } from '../problem/problem.error.js';

const retryAfterSeconds = 2;

const ENDED: Record<DeadLetterResolution['state'], string> = {
  replayed: 'it was replayed',
  discarded: 'it was discarded',
  erased: 'it spoke of a person who was erased',
  expired: 'its content is no longer held',
};

/** What the desk would not or could not do, as the caller is told. */
export function refusalOf(answer: Exclude<DeskAnswer, { kind: 'resolved' | 'opened' }>): ProblemError {
  switch (answer.kind) {
    case 'not_found':
      return new ProblemError('not_found');
    case 'already_resolved': {
      const { state, resolvedAt, outreachId } = answer.resolution;
      const became = outreachId === undefined ? '' : `; see /api/v1/outreach/${outreachId}`;
      return new ProblemError('already_resolved', { detail: `${ENDED[state]} at ${resolvedAt}${became}` });
    }
    case 'faulty':
      return new ProblemError('invalid_fields', {
        detail: 'it would be refused again; send what stands in for its data, mended, as `data`',
        errors: answer.faults,
      });
    case 'different_content':
      return new ProblemError('different_content', {
        detail:
          'a request with this id was taken in meanwhile; its content stands. Discard this letter, or send a new request',
      });
    case 'key_reused':
      return new ProblemError('different_content', { detail: 'this Idempotency-Key came before with another body' });
    case 'not_repairable':
      return new ProblemError('not_repairable', {
        detail: 'it was written by a service: replay it as it was (without `data`), or discard it',
      });
    case 'no_content':
      return new ProblemError('content_gone', {
        detail: 'the content was too large to be kept, or does not open; the letter can only be discarded',
      });
    case 'unavailable':
      return new ProblemError('unavailable', {
        detail: 'nothing is known to have changed; repeat it with the same Idempotency-Key',
        retryAfter: retryAfterSeconds,
      });
  }
}
