import { outreachStream, type EventMetadata, type OutreachEvent } from '@homing/contracts';
import { emptyOutreach, evolveOutreach, type OutreachState } from '@homing/domain';
import { handleCommand, readFolded, type Fold, type Folded, type Handled } from '../command.handler.js';
import type { EventStore } from '../event-store.port.js';

/** How outreach streams fold. */
export const outreachFold: Fold<OutreachState, OutreachEvent> = { empty: emptyOutreach, evolve: evolveOutreach };

export interface OutreachCommand {
  readonly outreachId: string;
  readonly tenantId: string;
  readonly known?: Folded<OutreachState> | undefined;
  decide(state: OutreachState): readonly OutreachEvent[];
  readonly commandId: string;
  /** Id of the message or event that led to this. */
  readonly causationId: string;
  readonly now: string;
  readonly traceparent?: string | undefined;
}

/** Changes one outreach, exactly: at the revision it was decided on, or decided again. */
export function changeOutreach(
  store: Pick<EventStore, 'append' | 'readStream'>,
  recordedBy: string,
  command: OutreachCommand,
): Promise<Handled<OutreachState, OutreachEvent>> {
  const { outreachId, tenantId, causationId, now, traceparent, known, commandId } = command;
  const metadata: EventMetadata = {
    tenantId,
    correlationId: outreachId,
    causationId,
    recordedAt: now,
    recordedBy,
    schemaVersion: 1,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return handleCommand(store, outreachFold, {
    stream: outreachStream(outreachId),
    known,
    decide: (state) => command.decide(state),
    commandId,
    metadata,
  });
}

export const readOutreach = (
  store: Pick<EventStore, 'readStream'>,
  outreachId: string,
): Promise<Folded<OutreachState>> => readFolded(store, outreachFold, outreachStream(outreachId));
