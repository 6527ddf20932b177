import type { DecisionAnswer, OutreachEvent } from '@homing/contracts';
import { outreachStream } from '@homing/contracts';
import { decideOutreach, decisionAnswer, emptyOutreach, type DecisionPolicy, type OutreachState } from '@homing/domain';
import type { EventStore, Folded } from '@homing/event-store';
import { fromAcceptedRecord, type AcceptedRequest } from '@homing/intake';
import { PoisonError } from '@homing/messaging';
import { crashPoint } from '@homing/service-kit';
import type { VaultIntake } from '@homing/vault/intake';
import { changeOutreach, outreachFold } from '@homing/event-store/outreach';

export interface DecideParts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly vault: Pick<VaultIntake, 'loadAccepted' | 'markFed'>;
  readonly policy: DecisionPolicy;
  readonly instance: string;
  readonly now: () => string;
}

export interface ToDecide {
  readonly outreachId: string;
  readonly causationId: string;
  readonly traceparent?: string | undefined;
}

export type Decided = Folded<OutreachState> & { readonly answer: DecisionAnswer };

/**
 * Decides a micro-batch of accepted requests: one read of the vault, one pure decision and one append each (its commit
 * point). What is stored already is followed, never decided again. Answers in the order given; an item that cannot be
 * decided rejects alone.
 */
export async function decideBatch(
  parts: DecideParts,
  batch: readonly ToDecide[],
): Promise<PromiseSettledResult<Decided>[]> {
  const records = await parts.vault.loadAccepted([...new Set(batch.map((item) => item.outreachId))]);
  const byId = new Map(records.map((record) => [record.outreachId, record]));
  crashPoint('orchestrator.before-commit');
  const results = await Promise.allSettled(
    batch.map(async (item) => {
      const record = byId.get(item.outreachId);
      // Only intake makes references, after it has sealed: one without a seal is somebody else's.
      if (!record) throw new PoisonError('unknown_reference');
      const accepted = fromAcceptedRecord(record, parts.policy.defaultLifetimeHours);
      return accepted ? commit(parts, item, accepted) : followErased(parts, item);
    }),
  );
  crashPoint('orchestrator.after-commit');
  const fed = batch.filter((_, i) => results[i]?.status === 'fulfilled').map((item) => item.outreachId);
  if (fed.length > 0) await parts.vault.markFed(fed);
  return results;
}

async function commit(parts: DecideParts, item: ToDecide, accepted: AcceptedRequest): Promise<Decided> {
  const now = parts.now();
  const { requested, inputs } = accepted;
  const handled = await changeOutreach(parts.store, parts.instance, {
    ...item,
    tenantId: requested.tenantId,
    known: { state: emptyOutreach, revision: 'no_stream' },
    decide: (state) => decideOutreach(state, { request: requested, inputs: { ...inputs, policy: parts.policy }, now }),
    commandId: `decide:${item.outreachId}`,
    now,
  });
  if (handled.kind === 'appended') {
    return {
      state: handled.state,
      revision: handled.revision,
      answer: decisionAnswer(item.outreachId, handled.events),
    };
  }
  return followStored(parts, item);
}

/** Decided before: the first answer, from what stands in the stream. */
async function followStored({ store }: DecideParts, { outreachId }: ToDecide): Promise<Decided> {
  const read = await store.readStream(outreachStream(outreachId));
  const events = read.kind === 'missing' ? [] : read.events.map(({ type, data }) => ({ type, data }) as OutreachEvent);
  const state = events.reduce(outreachFold.evolve, outreachFold.empty);
  const revision = read.kind === 'missing' ? 'no_stream' : read.revision;
  return { state, revision, answer: decisionAnswer(outreachId, events) };
}

/** The person was erased before the decision: nothing is appended, nothing can be sent. */
const followErased = (parts: DecideParts, item: ToDecide): Promise<Decided> => followStored(parts, item);
