import { eventSubject, type OutreachTransition } from '@homing/contracts';
import { cloudEvent, type Outgoing } from '@homing/messaging';
import type { TransitionRow } from '@homing/read-model';

/** A recorded event as other services hear of it. The key is its position, so a repeat is stored once within the window. */
export function transitionMessage(row: TransitionRow): Outgoing {
  const { tenantId, outreachId, transition, occurredAt } = row;
  const data: OutreachTransition = {
    tenantId,
    outreachId,
    transition,
    position: row.position.toString(),
    revision: row.revision.toString(),
    occurredAt,
    ...(row.deliveryId === null ? {} : { deliveryId: row.deliveryId }),
    ...(row.leg === null ? {} : { leg: row.leg }),
    ...(row.channel === null ? {} : { channel: row.channel }),
    ...(row.attempt === null ? {} : { attempt: row.attempt }),
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
  const subject = eventSubject(transition);
  return {
    subject,
    tenantId,
    key: data.position,
    event: cloudEvent({
      id: row.eventId,
      source: 'homing/projector',
      type: subject,
      subject: outreachId,
      time: occurredAt,
      tenantid: tenantId,
      data,
    }),
  };
}

/**
 * Splits a page so that no wave holds two events of one outreach, earlier ones in earlier waves: a wave may be published side by
 * side and each outreach still keeps its order, whatever has to be sent again.
 */
export function wavesOf<Row extends { readonly outreachId: string }>(rows: readonly Row[]): Row[][] {
  const waves: Row[][] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const wave = seen.get(row.outreachId) ?? 0;
    seen.set(row.outreachId, wave + 1);
    (waves[wave] ??= []).push(row);
  }
  return waves;
}
