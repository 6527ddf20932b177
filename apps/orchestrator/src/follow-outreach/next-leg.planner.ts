import { laterCommand, legAnswer, legWanted, type BookEntry, type LegAnswer, type OutreachState } from '@homing/domain';
import { bookMessage, releaseEarlierRounds } from '../keep-books/decision.booking.js';
import type { UndoEntry } from '../keep-books/ledger.runner.js';
import { heldBackKey } from '../keep-books/held-back.gatherer.js';
import { recipientClock } from '@homing/intake/rules';
import type { FollowParts } from './outreach.follower.js';

export interface PlannedNext {
  readonly leg: number;
  readonly answer: LegAnswer;
  /** What was reserved for it. */
  readonly taken: readonly UndoEntry[];
}

/**
 * Plans and books the step of a chain that follows now, by the rules of now. Undefined where none does, and where an earlier try's booking
 * for it has lapsed: that is fenced off and released first, and the clock asks again.
 * @throws where rules, suppressions or books cannot be read: nothing is guessed
 */
export async function planNextLeg(
  parts: FollowParts,
  state: OutreachState,
  now: string,
): Promise<PlannedNext | undefined> {
  const wanted = legWanted(state, now);
  if (!wanted || state.status === 'none') return undefined;
  const { step, fence } = wanted;
  const { request } = state;
  const [rules, held, inbound, consents] = await Promise.all([
    parts.rulesOf(request),
    parts.suppressed([request]),
    parts.lastInboundOf?.([request]),
    parts.consentsOf?.([request]),
  ]);
  const lastInboundAt = inbound?.[0];
  const { policy, campaign, zone, tenantZone } = rules;
  const { tenantId, contacts } = request;
  const { sendAt: _past, ...open } = request;
  const clock = recipientClock(rules, open, now);
  const suppressed = contacts
    .map(({ fingerprint }) => fingerprint)
    .filter((fingerprint) => held.has(heldBackKey({ tenantId, fingerprint })));
  const inputs = {
    policy,
    suppressed,
    now,
    ...(campaign ? { campaign } : {}),
    ...(clock ? { clock } : {}),
    ...(lastInboundAt ? { lastInboundAt } : {}),
    ...(consents ? { consents: consents[0] ?? [] } : {}),
  };
  const books = { books: parts.books, zone, tenantZone };
  const command = laterCommand(state, step, inputs);
  await releaseEarlierRounds(books, command);
  const booking = await bookMessage(books, command);
  if (booking === 'lapsed') return undefined;
  return { leg: step.step, answer: legAnswer(booking.command, fence), taken: booking.undo };
}

/** What was reserved for a step that stands passed over: it will never be sent. */
export function undoneOf(state: OutreachState, next: PlannedNext | undefined): BookEntry[] {
  if (!next || state.status === 'none' || !state.chain?.passed.includes(next.leg)) return [];
  return next.taken.map(({ fresh: _made, ...entry }): BookEntry => entry);
}
