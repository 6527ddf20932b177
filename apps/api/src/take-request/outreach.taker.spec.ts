import { describe, expect, it } from '@jest/globals';
import type { IntakeItem } from '@homing/intake';
import { fakeParts, TENANT } from '../api.fixture.js';
import { ProblemError } from '../problem/problem.error.js';
import { OutreachTaker } from './outreach.taker.js';

const caller = { keyId: 'k1', tenantId: TENANT, scopes: ['outreach:write'] } as const;
const body = {
  recipient: { id: 'r1', contacts: { email: 'ada@example.test' } },
  content: { literal: { email: { subject: 'Hello', text: 'A word' } } },
};

/** Takes one wish while sealing fails; says which id was to be sealed and what the caller hears. */
async function takeWhile(sealing: () => Promise<never[]>, idempotencyKey?: string) {
  const sealed: string[] = [];
  const takeIn = (items: readonly IntakeItem[]) => {
    sealed.push(...items.map((item) => item.requestId));
    return sealing();
  };
  const taker = new OutreachTaker(fakeParts({ intake: { takeIn } }).parts);
  const thrown: unknown = await taker
    .take(caller, { body, idempotencyKey, respondAsync: true })
    .catch((e: unknown) => e);
  if (!(thrown instanceof ProblemError)) throw new Error('expected a problem');
  return { sealed, code: thrown.code, details: thrown.details };
}

const failing = (error: Error) => () => Promise.reject(error);
const cut = Object.assign(new Error('socket'), { code: 'ECONNRESET' });

describe('a request whose sealing fails', () => {
  it.each([
    ['the vault is away', failing(cut), 'unavailable'],
    ['the vault hangs', failing(new Error('Query read timeout')), 'unavailable'],
    ['something is wrong here', failing(new TypeError('oh')), 'internal'],
    ['nothing is answered', async () => [], 'internal'],
  ] as const)(
    'names the id that was made for it, so that a repeat stays one message: %s',
    async (_name, sealing, code) => {
      const heard = await takeWhile(sealing);
      expect(heard.code).toBe(code);
      expect(heard.sealed).toHaveLength(1);
      expect(heard.details.requestId).toBe(heard.sealed[0]);
    },
  );

  it("names the caller's own id", async () => {
    expect((await takeWhile(failing(cut), 'mine-1')).details).toMatchObject({ requestId: 'mine-1', retryAfter: 2 });
  });
});
