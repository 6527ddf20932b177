import type { OutreachState } from '@homing/domain';
import { providerMessageIdOf } from '@homing/domain';
import type { Folded } from '@homing/event-store';
import type { Settled } from '@homing/messaging';
import type { Decided } from './stored.decision.js';

export type FoldedStates = (outreachIds: readonly string[]) => Promise<ReadonlyMap<string, Folded<OutreachState>>>;

/** Names, to who asked for a duplicate, the message that was sent already; in one read, and only where there are duplicates. */
export async function withEarlierMessages(
  foldedStates: FoldedStates,
  decided: readonly Settled<Decided>[],
): Promise<Settled<Decided>[]> {
  const earlier = decided.flatMap((each) => (each.status === 'fulfilled' ? (each.value.answer.duplicateOf ?? []) : []));
  // What cannot be read now can be looked up later: it holds up no answer.
  const states = earlier.length === 0 ? undefined : await foldedStates(earlier).catch(() => undefined);
  if (!states) return [...decided];
  return decided.map((each) => {
    if (each.status === 'rejected') return each;
    const { answer } = each.value;
    const messageId = messageIdOf(states.get(answer.duplicateOf ?? '')?.state);
    return messageId === undefined ? each : { ...each, value: { ...each.value, answer: { ...answer, messageId } } };
  });
}

function messageIdOf(state: OutreachState | undefined): string | undefined {
  if (!state || state.status === 'none') return undefined;
  const attempts = state.deliveries.flatMap((delivery) => delivery.attempts);
  return attempts.map(providerMessageIdOf).find((id) => id !== undefined);
}
