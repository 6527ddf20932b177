import { outreachStream, type DecisionAnswer, type OutreachEvent } from '@homing/contracts';
import { decisionAnswer, type OutreachState } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { outreachFold } from '@homing/event-store/outreach';

export type Decided = Folded<OutreachState> & { readonly answer: DecisionAnswer };

/** How an outreach stands, and the first answer it was given: from what stands in its stream. */
export async function followStored(
  { store }: { readonly store: Pick<EventStore, 'readStream'> },
  { outreachId }: { readonly outreachId: string },
): Promise<Decided> {
  const read = await store.readStream(outreachStream(outreachId));
  const events = read.kind === 'missing' ? [] : read.events.map(({ type, data }) => ({ type, data }) as OutreachEvent);
  const state = events.reduce(outreachFold.evolve, outreachFold.empty);
  const revision = read.kind === 'missing' ? 'no_stream' : read.revision;
  return { state, revision, answer: decisionAnswer(outreachId, events) };
}
