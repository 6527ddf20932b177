import type { OutreachTransition } from '@homing/contracts';
import type { TimelineRow } from '@homing/read-model';

/** What integration events say, so that both feeds read alike. */
export function transitionOfRow(row: TimelineRow): OutreachTransition {
  const { tenantId, outreachId, transition, occurredAt, deliveryId, leg, channel, attempt, reason } = row;
  return {
    tenantId,
    outreachId,
    transition,
    position: String(row.position),
    revision: String(row.revision),
    occurredAt,
    ...(deliveryId === null ? {} : { deliveryId }),
    ...(leg === null ? {} : { leg }),
    ...(channel === null ? {} : { channel }),
    ...(attempt === null ? {} : { attempt }),
    ...(reason === null ? {} : { reason }),
  };
}

/** One server-sent event. JSON holds no line breaks, so one `data:` line is enough. */
export const eventMessage = (row: TimelineRow): string =>
  `id: ${row.position}\ndata: ${JSON.stringify(transitionOfRow(row))}\n\n`;

/** Milliseconds a client waits before it reconnects. */
export const opening = 'retry: 2000\n\n';
export const heartbeat = ': still here\n\n';
