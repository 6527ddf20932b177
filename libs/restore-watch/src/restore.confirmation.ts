import { INSTALLATION_STREAM, type RestoreConfirmed, type StoreMark } from '@homing/contracts';
import type { EventStore } from '@homing/event-store';
import type { RestoreHistory } from './restore.history.js';

export type Confirmation = Omit<RestoreConfirmed, 'generation'>;

/** Somebody else confirmed a restore meanwhile. Look again. */
export class AlreadyConfirmedError extends Error {
  readonly safeMessage = true;
  readonly code = 'RESTORE_ALREADY_CONFIRMED';
}

/**
 * Records that an operator confirms the restore, and gives the mark that the store is held against from now on.
 * @throws AlreadyConfirmedError, what the store throws
 */
export async function appendConfirmation(
  store: Pick<EventStore, 'append'>,
  { generation, revision }: RestoreHistory,
  confirmation: Confirmation,
): Promise<StoreMark> {
  const data: RestoreConfirmed = { generation: generation + 1, ...confirmation };
  const { by, confirmedAt } = confirmation;
  const commandId = `confirm-restore:${data.generation}:${confirmedAt}`;
  const result = await store.append({
    stream: INSTALLATION_STREAM,
    expectedRevision: revision,
    commandId,
    events: [{ type: 'RestoreConfirmed', data }],
    metadata: {
      tenantId: INSTALLATION_STREAM,
      correlationId: commandId,
      causationId: commandId,
      recordedAt: confirmedAt,
      recordedBy: by,
      schemaVersion: 1,
    },
  });
  if (result.kind === 'conflict') throw new AlreadyConfirmedError('a restore was confirmed meanwhile');
  return {
    generation: data.generation,
    position: result.position.toString(),
    stream: INSTALLATION_STREAM,
    revision: result.revision.toString(),
    recordedAt: confirmedAt,
  };
}
