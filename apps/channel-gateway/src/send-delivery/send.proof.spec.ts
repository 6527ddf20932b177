import { describe, expect, it } from '@jest/globals';
import type { ChannelProvider, OutboundMessage } from '@homing/channels';
import { outreachStream, type AttemptStarted, type DispatchDelivery } from '@homing/contracts';
import { dueDispatches, emptyOutreach, evolveOutreach, type OutreachState } from '@homing/domain';
import { handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold } from '@homing/event-store/outreach';
import { committed, deliveryId, outreachId, request, T0 } from '@homing/testing/outreach-story';
import type { GateAnswer } from '@homing/vault/gate';
import { gateSaying } from './open.gate.fixture.js';
import { sendAttempt } from './send.attempt.js';

const { tenantId } = request;

/** What is recorded of one attempt that was sent. */
async function proofOf(answer: GateAnswer, headers?: Record<string, string>) {
  const store = new InMemoryEventStore();
  const stream = outreachStream(outreachId);
  const metadata = {
    ...{ tenantId, correlationId: outreachId, causationId: 'c', recordedAt: T0, recordedBy: 'spec', schemaVersion: 1 },
  };
  await handleCommand(store, outreachFold, { stream, decide: () => [...committed], commandId: 'put', metadata });
  const provider: ChannelProvider = {
    ...{ key: 'sendgrid', channel: 'email', close: () => undefined },
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: async () => ({ kind: 'accepted', providerMessageId: 'pm-1' }),
  };
  const message: OutboundMessage = {
    ...{ deliveryId, attempt: 1, tenantId, to: { address: 'a@x.test' }, from: { address: 'b@x.test' }, text: 't' },
    ...(headers ? { headers } : {}),
  };
  const dispatch = dueDispatches(committed.reduce(evolveOutreach, emptyOutreach), 2n, T0)[0]?.data;
  const parts = {
    ...{ store, instance: 'g', gate: gateSaying(answer), provider: () => provider, now: () => T0 },
    ...{ render: async () => ({ kind: 'message', message }) as const, providerTimeoutMs: 60_000, leaseMarginMs: 500 },
  };
  expect(await sendAttempt(parts, dispatch as DispatchDelivery<OutreachState>)).toEqual({ kind: 'accepted' });
  const read = await store.readStream(stream);
  const started = read.kind === 'found' ? read.events.find(({ type }) => type === 'AttemptStarted') : undefined;
  return (started?.data as AttemptStarted | undefined)?.proof;
}

describe('an attempt that was sent', () => {
  it('says when its address was last known to be free, how far the address’s stream was, and that it bore a link', async () => {
    const headers = {
      'List-Unsubscribe': '<https://h.test/u/x>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    };
    expect(await proofOf({ kind: 'open', contactRevision: '3' }, headers)).toEqual({
      ...{ suppressionReadAt: T0, contactRevision: '3', oneClick: true },
    });
  });

  it('names the consent that allowed it', async () =>
    expect(await proofOf({ kind: 'open', contactRevision: '3', consentId: 'c-1' })).toEqual({
      ...{ suppressionReadAt: T0, contactRevision: '3', consentId: 'c-1' },
    }));

  it('says no more than is so', async () => expect(await proofOf({ kind: 'open' })).toEqual({ suppressionReadAt: T0 }));
});
