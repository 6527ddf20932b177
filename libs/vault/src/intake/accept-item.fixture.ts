import { randomUUID } from 'node:crypto';
import type { Channel } from '@homing/contracts';
import type { AcceptItem } from './intake.types.js';

export type ItemWish = {
  readonly tenantId: string;
  readonly recipientId: string;
  readonly contacts: readonly (readonly [Channel, string])[];
  readonly outreachId?: string;
  readonly acceptedAt?: string;
  /** Anything more to put into the sealed request. */
  readonly data?: Record<string, unknown>;
};

export function acceptItem(wish: ItemWish): AcceptItem {
  const contacts = wish.contacts.map(([channel, address]) => ({ channel, address }));
  return {
    outreachId: wish.outreachId ?? randomUUID(),
    tenantId: wish.tenantId,
    request: { recipient: { id: wish.recipientId, contacts }, content: { templateId: 'intro', data: wish.data ?? {} } },
    recipientId: wish.recipientId,
    contacts,
    decisionInput: { timeZone: 'Europe/Berlin', channels: contacts.map(({ channel }) => channel) },
    acceptedAt: wish.acceptedAt ?? '2026-03-01T09:00:00.000Z',
    expiresAt: '2026-03-08T09:00:00.000Z',
    source: 'test',
  };
}
