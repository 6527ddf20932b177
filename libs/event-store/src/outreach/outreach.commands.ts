import { activeTraceparent, inSpan, isTracing, readTraceparent } from '@homing/service-kit/telemetry';
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
  /** Default: the outreach's own, as far as `known` tells it, else the active span's. */
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
  const change = () =>
    handleCommand(store, outreachFold, {
      stream: outreachStream(outreachId),
      known,
      decide: (state) => command.decide(state),
      commandId,
      metadata,
    });
  return isTracing() && traceparent === undefined ? inItsTrace(command, change) : change();
}

/** Whoever comes to an outreach later, from a trace of its own or from none, goes on in the outreach's and is linked. */
function inItsTrace<R>({ known, outreachId, commandId }: OutreachCommand, change: () => Promise<R>): Promise<R> {
  const active = activeTraceparent();
  const own = known?.traceparent;
  if (own === undefined || readTraceparent(active)?.traceId === readTraceparent(own)?.traceId) return change();
  const reason = commandId.split(':', 1)[0] ?? '';
  const attributes = { 'homing.outreach.id': outreachId, 'homing.reason': reason };
  return inSpan('change outreach', { parent: own, links: [active], attributes }, change);
}

export const readOutreach = (
  store: Pick<EventStore, 'readStream'>,
  outreachId: string,
): Promise<Folded<OutreachState>> => readFolded(store, outreachFold, outreachStream(outreachId));
