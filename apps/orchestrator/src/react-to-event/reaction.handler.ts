import type { OutreachTransition } from '@homing/contracts';
import { react, type OutreachState } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { crashPoint } from '@homing/service-kit';
import { changeOutreach, readOutreach } from '@homing/event-store/outreach';

export interface ReactParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly foldedStates: (outreachIds: readonly string[]) => Promise<ReadonlyMap<string, Folded<OutreachState>>>;
  readonly instance: string;
  readonly now: () => string;
}

/** Follows one transition with what it calls for (a retry, a failure, the settling). Repeating it is harmless. */
export async function reactTo(parts: ReactParts, transition: OutreachTransition): Promise<void> {
  const { outreachId, tenantId, position, revision } = transition;
  const projected = (await parts.foldedStates([outreachId])).get(outreachId);
  const fresh = projected && projected.revision !== 'no_stream' && projected.revision >= BigInt(revision);
  const known = fresh ? projected : await readOutreach(parts.store, outreachId);
  crashPoint('orchestrator.before-reaction');
  const now = parts.now();
  await changeOutreach(parts.store, parts.instance, {
    outreachId,
    tenantId,
    known,
    decide: (state) => react(state, now),
    commandId: `react:${position}`,
    causationId: position,
    now,
  });
  crashPoint('orchestrator.after-reaction');
}
