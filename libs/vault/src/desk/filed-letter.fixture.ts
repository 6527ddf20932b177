import { randomUUID } from 'node:crypto';
import type { FiledLetter, ParkedSignal } from './desk.types.js';

export const filedLetter = (over: Partial<FiledLetter> = {}): FiledLetter => ({
  messageId: `dlq-${randomUUID()}`,
  tenantId: null,
  sealedTenant: null,
  consumer: 'orchestrator-requests',
  reason: 'invalid_request',
  faults: [{ path: 'data.urgency', code: 'isIn' }],
  subject: 'outreach.requested',
  source: { stream: 'OUTREACH', sequence: 7 },
  storedAt: '2026-03-01T09:00:00.000Z',
  buriedAt: '2026-03-01T09:00:01.000Z',
  size: 321,
  digest: null,
  sequence: 3,
  subjects: [],
  ...over,
});

export const parkedSignal = (over: Partial<ParkedSignal> = {}): ParkedSignal => ({
  provider: 'sendgrid',
  providerEventId: `e-${randomUUID()}`,
  fact: 'delivered',
  tenantId: null,
  channel: 'email',
  providerMessageId: 'm-1',
  deliveryId: null,
  cause: 'unknown_message',
  signal: { fact: 'delivered' },
  occurredAt: '2026-03-01T09:00:00.000Z',
  receivedAt: '2026-03-01T09:00:01.000Z',
  ...over,
});
