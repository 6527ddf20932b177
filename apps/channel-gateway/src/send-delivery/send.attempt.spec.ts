import { describe, expect, it } from '@jest/globals';
import type { ChannelProvider, OutboundMessage, SendResult } from '@homing/channels';
import { outreachStream, type DispatchDelivery } from '@homing/contracts';
import { dueDispatches, emptyOutreach, evolveOutreach, type OutreachState } from '@homing/domain';
import { AppendOutcomeUnknownError, handleCommand } from '@homing/event-store';
import { InMemoryEventStore } from '@homing/event-store/memory';
import { outreachFold, readOutreach } from '@homing/event-store/outreach';
import { committed, deliveryId, outreachId, recorded, request, T0 } from '@homing/testing/outreach-story';
import fc from 'fast-check';
import { gateSaying } from './open.gate.fixture.js';
import { sendAttempt, type SendParts } from './send.attempt.js';

const { tenantId } = request;
const metadata = {
  tenantId,
  correlationId: outreachId,
  causationId: 'c',
  recordedAt: T0,
  recordedBy: 'spec',
  schemaVersion: 1,
};

async function stage(result: (call: number) => SendResult = () => ({ kind: 'accepted', providerMessageId: 'pm' })) {
  const store = new InMemoryEventStore();
  await handleCommand(store, outreachFold, {
    stream: outreachStream(outreachId),
    decide: () => committed,
    commandId: 'decide',
    metadata,
  });
  const calls: OutboundMessage[] = [];
  const provider: ChannelProvider = {
    key: 'sendgrid',
    channel: 'email',
    capabilities: { idempotencyKey: false, lookUp: false, batch: false, webhooks: true },
    send: (message) => (calls.push(message), Promise.resolve(result(calls.length))),
    close: () => undefined,
  };
  const message: OutboundMessage = {
    deliveryId,
    attempt: 1,
    tenantId,
    to: { address: 'a@x.test' },
    from: { address: 'b@x.test' },
    text: 't',
  };
  const gateway = (over: Partial<SendParts> = {}): SendParts => ({
    store,
    instance: 'g',
    render: () => Promise.resolve({ kind: 'message', message }),
    gate: gateSaying(),
    provider: (key) => (key === 'sendgrid' ? provider : undefined),
    now: () => T0,
    providerTimeoutMs: 60_000,
    leaseMarginMs: 500,
    ...over,
  });
  const state = committed.reduce(evolveOutreach, emptyOutreach);
  const dispatch = dueDispatches(state, 2n, T0)[0]?.data as DispatchDelivery<OutreachState>;
  const types = async () => {
    const read = await store.readStream(outreachStream(outreachId));
    return read.kind === 'found' ? read.events.map((event) => event.type).slice(3) : [];
  };
  return { store, calls, gateway, dispatch, types };
}

describe('sending one attempt', () => {
  it('claims, calls the provider once and records its answer', async () => {
    const { gateway, dispatch, calls, types } = await stage();
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'accepted' });
    expect(calls).toHaveLength(1);
    expect(await types()).toEqual(['AttemptStarted', 'AttemptAccepted']);
  });

  it('two gateways given the same dispatch 1,000 times call the provider once', async () => {
    const { gateway, dispatch, calls, types } = await stage();
    const gateways = [gateway({ instance: 'one' }), gateway({ instance: 'two' })];
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => sendAttempt(gateways[i % 2] as SendParts, dispatch)),
    );
    expect(calls).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'stood_down')).toHaveLength(999);
    expect(await types()).toEqual(['AttemptStarted', 'AttemptAccepted']);
  });

  it('a dispatch older than the attempt, replayed, sends nothing', async () => {
    const { gateway, dispatch, calls } = await stage();
    await sendAttempt(gateway(), dispatch);
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'stood_down', reason: 'already_started' });
    expect(calls).toHaveLength(1);
  });

  it('a gateway that dies after its claim leaves the attempt to nobody else', async () => {
    const { gateway, dispatch, calls, types } = await stage();
    // The store loses touch with this gateway right after the claim was stored: as a crash before the call.
    const dying = gateway({
      provider: () => ({
        ...(gateway().provider('sendgrid') as ChannelProvider),
        send: () => Promise.reject(new Error('killed')),
      }),
    });
    await expect(sendAttempt(dying, dispatch)).rejects.toThrow('killed');
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'stood_down', reason: 'already_started' });
    expect(calls).toHaveLength(0);
    expect(await types()).toEqual(['AttemptStarted']);
  });

  it('records an unknown outcome as unknown, and never calls again for it', async () => {
    const { gateway, dispatch, calls, types } = await stage(() => ({ kind: 'unknown', reason: 'timed_out' }));
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'unknown' });
    await sendAttempt(gateway(), dispatch);
    expect(calls).toHaveLength(1);
    expect(await types()).toEqual(['AttemptStarted', 'AttemptOutcomeUnknown']);
  });

  it('does not call a provider when its lease has run out before the call', async () => {
    const { gateway, dispatch, calls, types } = await stage();
    expect(await sendAttempt(gateway({ providerTimeoutMs: 0 }), dispatch)).toEqual({ kind: 'rejected' });
    expect(calls).toHaveLength(0);
    expect(await types()).toEqual(['AttemptStarted', 'AttemptRejected']);
  });

  it('skips content that cannot be rendered before any claim', async () => {
    const { gateway, dispatch, calls, types } = await stage();
    const erased = gateway({ render: () => Promise.resolve({ kind: 'impossible', reason: 'person_erased' }) });
    expect(await sendAttempt(erased, dispatch)).toEqual({ kind: 'skipped', reason: 'person_erased' });
    expect(calls).toHaveLength(0);
    expect(await types()).toEqual(['DeliverySkipped', 'OutreachSettled']);
  });

  it('waits for a provider nobody configured yet, and claims nothing', async () => {
    const { gateway, dispatch, types } = await stage();
    await expect(sendAttempt(gateway({ provider: () => undefined }), dispatch)).rejects.toThrow(
      'no provider named sendgrid',
    );
    expect(await types()).toEqual([]);
  });

  it('asks for a dispatch again that is due by another clock only', async () => {
    const { gateway, dispatch, types } = await stage();
    const early = gateway({ now: () => '2026-05-01T09:59:59.990Z' });
    await expect(sendAttempt(early, dispatch)).rejects.toMatchObject({ delayMs: 10 });
    expect(await types()).toEqual([]);
  });

  it('sends what it claimed although the answer to the claim was lost', async () => {
    const { store, gateway, dispatch, calls, types } = await stage();
    let lost = 0;
    // Time goes on between the tries, so the second claim is not the first one's twin: it must be recognised by its id.
    let ticks = 0;
    const now = (): string => new Date(Date.parse(T0) + ticks++).toISOString();
    const append: SendParts['store']['append'] = async (request) => {
      const result = await store.append(request);
      if (lost++ > 0) return result;
      throw new AppendOutcomeUnknownError(request.stream, request.commandId, request.expectedRevision);
    };
    expect(
      await sendAttempt(gateway({ now, store: { append, readStream: store.readStream.bind(store) } }), dispatch),
    ).toEqual({ kind: 'accepted' });
    expect(lost).toBeGreaterThan(1);
    expect(calls).toHaveLength(1);
    expect(await types()).toEqual(['AttemptStarted', 'AttemptAccepted']);
  });

  it('records its answer beside what webhooks said first', async () => {
    const { store, gateway, dispatch, types } = await stage();
    const early = gateway({
      provider: () => ({
        ...(gateway().provider('sendgrid') as ChannelProvider),
        send: async () => {
          const known = await readOutreach(store, outreachId);
          const fact = recorded('sent');
          await handleCommand(store, outreachFold, {
            stream: outreachStream(outreachId),
            known,
            decide: () => [fact],
            commandId: 'fact',
            metadata,
          });
          return { kind: 'accepted', providerMessageId: 'pm' };
        },
      }),
    });
    expect(await sendAttempt(early, dispatch)).toEqual({ kind: 'accepted' });
    expect(await types()).toEqual(['AttemptStarted', 'ProviderFactRecorded', 'AttemptAccepted']);
  });

  it('calls the provider at most once whatever fails around it, in whatever order dispatches come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('send', 'store fails', 'dies'), { minLength: 1, maxLength: 8 }),
        async (tries) => {
          const { store, gateway, dispatch, calls } = await stage();
          await Promise.all(
            tries.map((kind) => {
              const failing = {
                readStream: store.readStream.bind(store),
                append: () => Promise.reject(new Error('down')),
              };
              const parts =
                kind === 'store fails'
                  ? gateway({ store: failing })
                  : kind === 'dies'
                    ? gateway({ render: () => Promise.reject(new Error('died')) })
                    : gateway();
              return sendAttempt(parts, dispatch).catch(() => undefined);
            }),
          );
          expect(calls.length).toBe(tries.includes('send') ? 1 : 0);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a message that no machine may send', () => {
  it('is asked of a person: surely not sent, and not tried again', async () => {
    const { gateway, dispatch, types } = await stage(() => ({ kind: 'assisted', reason: 'partners_only' }));
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'assisted' });
    expect(await sendAttempt(gateway(), dispatch)).toEqual({ kind: 'stood_down', reason: 'already_started' });
    expect(await types()).toEqual(['AttemptStarted', 'AssistanceRequested']);
  });
});
