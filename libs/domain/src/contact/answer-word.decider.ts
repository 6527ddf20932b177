import type { ContactEvent, WordAnswered } from '@homing/contracts';
import { suppressionsOf, type ContactState } from './contact.state.js';

/** A word is to be answered, if this has not been done. */
export interface AnswerWord extends WordAnswered {
  readonly kind: 'answer';
  /** ISO 8601 UTC with milliseconds. */
  readonly now: string;
}

/**
 * One answer for each time somebody leaves, and for each time they come back: the first word that says so is answered, whatever else is
 * said until the opposite is. What was said before that has no claim any more, however late it is heard.
 */
export function decideAnswer(state: ContactState, command: AnswerWord): readonly ContactEvent[] {
  const { kind: _kind, now, ...data } = command;
  if (!mayBeAnswered(state, data) || isAnswered(state, data)) return [];
  const at = data.at < now ? data.at : now;
  const { last, since } = claims(state, data);
  if (at <= (since ?? '') || (last && (at <= last.at || last.at > (since ?? '')))) return [];
  return [{ type: 'WordAnswered', data: { ...data, at } }];
}

/** Whether this very word is the one that is answered, and its answer is still true. */
export const isAnswerOwed = (state: ContactState, word: Pick<WordAnswered, 'word' | 'causationId'>): boolean =>
  mayBeAnswered(state, word) && isAnswered(state, word);

/** Who is held back for anything but having said STOP gets nothing, not even this. */
function mayBeAnswered(state: ContactState, { word }: Pick<WordAnswered, 'word'>): boolean {
  const reasons = suppressionsOf(state).map(({ reason }) => reason);
  return word === 'stop' ? reasons.length === 1 && reasons[0] === 'unsubscribe' : reasons.length === 0;
}

const isAnswered = (state: ContactState, { word, causationId }: Pick<WordAnswered, 'word' | 'causationId'>): boolean =>
  state.status === 'known' && state.answered?.[word]?.causationId === causationId;

/** The last answer of this kind, and when the opposite was last said. */
function claims(state: ContactState, { word }: Pick<WordAnswered, 'word'>) {
  if (state.status !== 'known') return {};
  const { suppressed, liftedAt } = state.marks.unsubscribe ?? {};
  return { last: state.answered?.[word], since: word === 'stop' ? liftedAt : suppressed?.at };
}
