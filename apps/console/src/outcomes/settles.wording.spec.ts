import { describe, expect, it } from '@jest/globals';
import type { UnknownOutcome } from '../api/api.types.js';
import { whatSettles } from './settles.wording.js';

const now = Date.parse('2026-05-01T10:00:00Z');
const outcome = (settles: UnknownOutcome['settles']): UnknownOutcome => ({
  deliveryId: 'd.1',
  attempt: 1,
  outreachId: 'd',
  channel: 'email',
  provider: 'sendgrid',
  startedAt: '2026-05-01T09:59:00Z',
  unknownSince: '2026-05-01T09:59:30Z',
  ageSeconds: 30,
  settles,
});

describe('what settles an unknown outcome', () => {
  it.each<[UnknownOutcome['settles'], string]>([
    [
      { nextLookUpAt: '2026-05-01T10:30:00Z', assumedSentAt: '2026-05-04T09:59:30Z' },
      'sendgrid is asked in 30 minutes; taken for sent in 3 days',
    ],
    [{ assumedSentAt: '2026-05-04T09:59:30Z' }, 'taken for sent in 3 days'],
    [{ nextLookUpAt: '2026-05-01T09:59:59Z' }, 'sendgrid is asked any moment'],
    [{}, 'the provider’s webhook'],
  ])('of %j reads: %s', (settles, text) => expect(whatSettles(outcome(settles), now)).toBe(text));
});
